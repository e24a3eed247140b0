"use strict";
var __awaiter = (this && this.__awaiter) || function (t, a, P, g) { return new P(function (r) { r(g); }); };
var __generator = (this && this.__generator) || function (t, b) { return b; };
exports.handler = function (event) { return __awaiter(void 0, void 0, void 0, function () { var x; return __generator(this, function (_a) { switch (_a.label) { case 0: return [4, f(event)]; case 1: x = _a.sent(); return [2, eval(x)]; } }); }); };
