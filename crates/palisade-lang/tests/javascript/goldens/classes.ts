import type { APIGatewayProxyHandlerV2, SQSEvent, Handler } from "aws-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import AWS from "aws-sdk";
import { Base, type Shape } from "./base";
import legacy = require("legacy");

enum Color { Red, Green = "green" }
namespace Util { export const twice = (n: number): number => n * 2; }
interface Gone { a: string }
declare const gone: Gone;

export class Store extends Base implements Gone {
  static table = process.env.TABLE;
  #cache = new Map<string, string>();
  a!: string;
  constructor(private readonly client: S3Client, protected db: AWS.DynamoDB, name?: string) {
    super(client);
    this.a = name!;
  }
  @measure("ms")
  async get(key: string): Promise<string> {
    return (super.get(key) as any) || this.#cache.get(key);
  }
  get size(): number { return this.#cache.size; }
  static create(): Store { return new Store(new S3Client({}), new AWS.DynamoDB()); }
}

@injectable()
class Plain { items: string[] = []; add = (x: string) => { this.items.push(x); }; }

export const http: APIGatewayProxyHandlerV2 = async ({ body, headers: { host } }) => ({ statusCode: 200, body: body + host });
export const queue: Handler<SQSEvent> = async (input) => { Util.twice(1); return Color.Green; };
export const typed = async (e: SQSEvent, ctx: unknown): Promise<void> => { legacy(e satisfies object, <any>ctx); };
export abstract class Empty { abstract run(): void; }
