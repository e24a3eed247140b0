namespace A.B { export const x = 1; } declare module "m" { export function f(): void; } declare global { interface Window {} }
enum E { A = 1, B = "b", C = A | 2 } const enum F { X } abstract class C<T extends keyof U = any> extends D<T>[] implements I, J { private readonly a?: string = "x"; constructor(private b: number, public c = 1) { super(); } declare d: any; abstract e(): void; static override f<const T>(this: C<T>, ...r: T[]): asserts r is U { } [k: string]: unknown; accessor g = 1; }
function o(a: string): void; function o(a?: any) { return <any>a!; }
type M<T> = { readonly [K in keyof T as `x${K & string}`]?: T[K] extends infer R extends string ? R : never };
import fs = require("fs"); export = fs; export import q = A.B; export as namespace n; import json from "./x.json";
let t: [a: string, b?: number, ...c: any[]] = null!; let u: unique symbol; let v = x satisfies Y as const; let w = f<string>; type G = typeof import("x"); function g(x: unknown): x is string { return typeof x === "string"; }
@Dec({ a: 1 }) export class K { @Prop() x!: string; @M() m(@P() p: string) {} }
using r = open(); for (const a of <any[]>b) { } label: while (true) break label; let z = a?.b!.c![0]!;
