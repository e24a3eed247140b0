function Store(name) { this.name = name; }
Store.prototype.path = function (file) { return this.name + "/" + file; };
Store.prototype.kind = "store";
const Other = function (x) { this.x = x; };
Other.prototype = { run(y) { return this.x + y; }, stop: function () { return 1; } };
exports.handler = async (event) => new Store(event.a).path(event.b) + new Other(event.c).run("d");
