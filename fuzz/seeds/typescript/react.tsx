<div/>;
export const handler = (event: any) => <A {...event} b={<>{event.x}</>} c="d">{/* */}text &amp; {...y}</A>;
function F<T,>(p: T) { return <p dangerouslySetInnerHTML={{ __html: p }} />; }
