a < b > (c); f<T>(x); a<b,c>(d); x = <T>(y) => y; (a as b) = 1; async <T>(x: T) => x; if (a < b && c > d) {}
