exports.handler = (e) => { const o = {__proto__: null, constructor: e}; o["__proto__"][e.k] = e.v; o.toString = e; return o.hasOwnProperty(e) };
