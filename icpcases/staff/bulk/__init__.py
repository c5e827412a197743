"""One act on many cases: chosen by tick boxes, done case by case, told one by one."""
