// What a public simulator of IAM answers to generated requests: a letter for each, after the sum of the cases.
//
//   npm install @cloud-copilot/iam-simulate@0.1.173      (AGPL-3.0: run here, never shipped)
//   PALISADE_CASES=cases.jsonl cargo test -p palisade-iam simulate
//   node tools/differential/simulate.mjs cases.jsonl SUM > crates/palisade-iam/tests/all/simulate/answers.txt
//
// SUM is what the failing test says the cases are. Errors go to the standard error; a case with one is `E`.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'here.js'))
const { runSimulation, anonymousPrincipal } = require('@cloud-copilot/iam-simulate')

const named = (policies) => (policies ?? []).map((policy, at) => ({ name: `p${at}`, policy }))
const levels = (all) =>
  (all ?? []).map((policies, at) => ({ orgIdentifier: `ou-${at}`, policies: named(policies) }))

function simulation(it) {
  return {
    request: {
      principal: it.caller === '*' ? anonymousPrincipal : it.caller,
      action: it.action,
      resource: { resource: it.resource, accountId: it.account },
      contextVariables: it.context
    },
    sessionPolicy: it.session?.[0],
    identityPolicies: named(it.identity),
    serviceControlPolicies: levels(it.scps),
    // The simulator adds the policy that allows everything itself.
    resourceControlPolicies: levels((it.rcps ?? []).map((level) => level.slice(1))),
    resourcePolicy: it.policy,
    permissionBoundaryPolicies: it.boundary && named(it.boundary),
    vpcEndpointPolicies: it.endpoint && named([it.endpoint])
  }
}

let letters = ''
const lines = readFileSync(process.argv[2], 'utf8').trim().split('\n')
for (const [at, line] of lines.entries()) {
  const result = await runSimulation(simulation(JSON.parse(line)), {})
  if (result.resultType === 'error') {
    console.error(at, JSON.stringify(result.errors))
  }
  letters += result.resultType === 'error' ? 'E' : result.overallResult === 'Allowed' ? 'A' : 'D'
}
const wide = letters.match(/.{1,100}/g).join('\n')
console.log('# Answers of @cloud-copilot/iam-simulate 0.1.173, 2026-11-25, written by tools/differential/simulate.mjs.')
console.log(process.argv[3])
console.log(wide)
