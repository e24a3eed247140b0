#!/usr/bin/env node
"use strict"
var undefined = 1, NaN, async, of, get, let_, await_; async
(1)
