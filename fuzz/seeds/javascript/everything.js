import d, * as ns from "a"; import { b as c, default as e } from "./b.js" with { type: "json" };
export * from "./c"; export * as q from "d"; export { d as default, c };
export default class extends (a, b) { static #p = 1; static { this.x = 1; } get [k]() { return super.k; } set v(x) {} async *g() { yield* await x; } constructor(...a) { super(...a); new.target; } "quoted"() {} 1() {} }
label: for (const [a, { b = 1, ...c }] of x) { if (a) continue label; else break label; }
for await (var i of y); for (let k in z) {} for (;;) break;
do { switch (x) { case 1: case "a": f(); break; default: g(); } } while (--n);
try { throw new Error(`a${b}c`, { cause: e }); } catch { } finally { }
var f = async x => ({ ...x, [k]: v, get a() { return 1 }, async *b() {} }), g = function* () { const x = yield; };
a?.b?.[c]?.(d) ?? e || f && g; a ||= b; c &&= d; e ??= f; x **= 2; delete a.b; void 0; typeof x; a in b; #p in c;
tag`x${1}y`; /re[/]x/giu.test(s); 1_000n; 0b1; .5e-3; "\u{1F600}\x41\0"; `\u{zz}`;
if (a) function h() {} with (o) { p; } debugger; ; import("x").then(({ default: d }) => d); import.meta.url; <!-- html comment
[a, b] = [b, a]; ({ a, b: [c] } = d); (a, b); new (f())(); new X; async () => { await Promise.all([1]); };
