// Runs generated programs with every input vector and prints which leaves of the event reach which sinks.
// Input and output are those of oracle.py.
"use strict";
const BITS = 8;
const LEAVES = ["a.x", "a.y", "b.x", "b.y", "c", "d", "l[].n", "l[].n"];

const token = (at) => "mk" + "ghijklnop"[at] + "qz";
const sign = (at) => String.fromCharCode(0xe000 + at);
const marker = (at) => token(at) + sign(at);

// Sets of leaves that hold the constant instead of their marker.
function events(leaves) {
  if (leaves.length === 0) return [[]];
  return [[], ...leaves.map((at) => [at]), ...leaves.map((at) => leaves.filter((other) => other !== at))];
}

function event(constant) {
  const m = LEAVES.map((_, at) => (constant.includes(at) ? "a" : marker(at)));
  return { a: { x: m[0], y: m[1] }, b: { x: m[2], y: m[3] }, c: m[4], d: m[5], l: [{ n: m[6] }, { n: m[7] }] };
}

class Run {
  constructor(bits) {
    this.bits = bits.slice();
    this.at = 0;
    this.tail = 1;
    this.pairs = new Set();
  }
  choose() {
    this.at += 1;
    if (this.at > BITS) {
      this.tail = (this.tail * 75 + 74) % 65537;
      return this.at < 16 && Math.floor(this.tail / 256) % 2 === 1;
    }
    if (this.at > this.bits.length) this.bits.push(false);
    this.tail += this.bits[this.at - 1] ? 1 << this.at : 0;
    return this.bits[this.at - 1];
  }
  sink(number, value) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const texts = [text];
    if (/^[A-Za-z0-9+/]+=*$/.test(text)) texts.push(Buffer.from(text, "base64").toString());
    LEAVES.forEach((leaf, at) => {
      const signs = [token(at), sign(at), "\\u" + (0xe000 + at).toString(16)];
      if (texts.some((t) => signs.some((s) => t.toLowerCase().includes(s)))) this.pairs.add(`${leaf}>${number}`);
    });
  }
}

function library(run) {
  const lib = {
    choose: () => run.choose(),
    digits: (text) => [...text].filter((c) => c >= "0" && c <= "9").join(""),
    quote: (text) => "'" + [...text].map((c) => c.codePointAt(0).toString(16)).join(".") + "'",
  };
  for (let number = 1; number < 10; number++) lib[`sink_${number}`] = (value) => run.sink(number, value);
  return lib;
}

function load(code, require) {
  const module = { exports: {} };
  code(module, module.exports, require);
  return module.exports;
}

function once(codes, bits, constant) {
  const run = new Run(bits);
  const lib = library(run);
  let helpers;
  const require = (name) => {
    if (name === "oracle_lib") return lib;
    if (name === "./helpers") return (helpers = helpers || load(codes["helpers.js"], require));
    throw new Error(`no module ${name}`);
  };
  const result = load(codes["main.js"], require).handler(event(constant), null);
  return { run, result };
}

async function observe(program) {
  const codes = {};
  const pairs = new Set();
  let runs = 0;
  let error = null;
  const open = events(program.constants).map((constant) => [[], constant]);
  try {
    for (const [path, text] of Object.entries(program.files)) codes[path] = new Function("module", "exports", "require", text);
    while (open.length > 0) {
      const [bits, constant] = open.pop();
      runs += 1;
      const { run, result } = once(codes, bits, constant);
      await result;
      run.pairs.forEach((pair) => pairs.add(pair));
      for (let at = bits.length; at < run.bits.length; at++) open.push([[...run.bits.slice(0, at), true], constant]);
    }
  } catch (problem) {
    error = String(problem);
  }
  return { seed: program.seed, pairs: [...pairs].sort(), runs, error };
}

(async () => {
  const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
  for (const line of lines) console.log(JSON.stringify(await observe(JSON.parse(line))));
})();
