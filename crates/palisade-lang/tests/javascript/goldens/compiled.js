"use strict";
var __awaiter = (this && this.__awaiter) || function () {};
var __importDefault = (this && this.__importDefault) || function (mod) { return mod; };
Object.defineProperty(exports, "__esModule", { value: true });
exports.handler = void 0;
const axios_1 = __importDefault(require("axios"));
const lib_1 = require("./lib");
Object.defineProperty(exports, "lib", { enumerable: true, get: function () { return lib_1.lib; } });
__exportStar(require("./star"), exports);
const handler = (event) => __awaiter(void 0, void 0, void 0, function* () {
  const r = yield axios_1.default.get(event.url);
  return (0, lib_1.format)(r.data);
});
exports.handler = handler;
