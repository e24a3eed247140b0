const a = 1;
exports.first = (event) => {
  const x = ;
  return run(event.x);
};
exports.second = (event) => {
  if (event.a {
    go(event.a);
  }
  return event.b;
};
exports.third = () => 3;
