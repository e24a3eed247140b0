const sql = require("sql-tag");
const shelf = {
  books: new Map(),
  exists(id) { return this.books.has(id); },
  open: function (id) { return this.exists(id) ? id : null; },
  get size() { return 1; },
};
export const a = (x, y) => {
  f.call(null, x, y);
  f.apply(null, [x]);
  Array.prototype.slice.call(arguments, 1);
  const g = shelf.exists.bind(shelf);
  eval("1 +" + x);
  new Function("return " + y);
  const q = sql`select ${x} from t`;
  return require(x)(...y, g, q);
};
export const page = (p) => <Page title={p.t} {...p}>hi {p.name}<br/></Page>;
export const gen = function* named(n) { yield n; yield* named(n - 1); };
