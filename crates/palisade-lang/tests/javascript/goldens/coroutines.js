const co = require("co");
module.exports.handler = co.wrap(function* (event, context) {
  const x = yield load(event.x);
  return co(function* () { return yield x; });
});
