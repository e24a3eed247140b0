import fs, { readFile as read } from "node:fs";
import * as api from "./api.js";
import "./side.js";
export * from "./more.js";
export * from "./most.js";
export { a as b, default as c } from "./named.js";
export * as all from "./all.js";

let total = 0;
const helper = (x) => { total += x; return () => { total = x; }; };

export default async function (event) {
  const { text } = await import("./late.js");
  const extra = await import(event.name);
  read(event.file, (error, data) => api.send(data.toString()));
  label: for (let i = 0; i < 3; i++) {
    let local = i;
    const f = () => { local = total; };
    if (i === 1) break label;
    f();
  }
  switch (event.kind) {
    case "a":
    case "b":
      total = event.size;
      break;
    case "c": {
      return text;
    }
    default:
      total = 1;
  }
  return total;
}
export let counter = 1, { first, second: [, third] } = api;
export { helper, total as sum };
