exports.handler = async (event) => {
  return eval(event.x);
};
