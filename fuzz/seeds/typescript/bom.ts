export const h = (e: any) => eval(e.x)
