const fs = require("fs");
exports.read = (name) => new Promise((resolve, reject) => {
  fs.readFile(name, (error, data) => (error ? reject(error) : resolve(data)));
});
