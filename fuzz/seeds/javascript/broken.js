exports.handler = async (event) => {
  if (event.a {
  exec("ls " + event.b);
}}}
class { ( ;
const = 5;
function (a b) {}
