export const handler = async (event: ) => {
  const x: = event.a;
  exec(event.a as);
 interface { } enum
};
