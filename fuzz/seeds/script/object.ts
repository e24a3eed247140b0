import type { AWS } from '@serverless/typescript';
import hello from '@functions/hello';

const shared = { TABLE: 'orders' } as const;

const service: AWS = {
  service: 'literal',
  frameworkVersion: '3',
  plugins: ['serverless-esbuild'],
  provider: { name: 'aws', runtime: 'nodejs20.x', environment: { ...shared, STAGE: '${sls:stage}' } },
  functions: {
    hello,
    list: { handler: 'src/list.main', events: [{ httpApi: { method: 'get', path: '/list' } }] },
  },
};

module.exports = service;
