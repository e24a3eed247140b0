exports.handler = async (event) => {
  const x = `ls ${event.a} 