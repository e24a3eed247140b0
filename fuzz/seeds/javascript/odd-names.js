const ünïcödé = " ", \u0061b = 1; export const 变量 = async (事件, 上下文) => 事件.体;
