/**
 * `record['__proto__'] = value` loses the value and gives the record another prototype: what a user calls so (a tag, an
 * attribute of an item, a parameter) would vanish. The accessor behind it is taken out of this process, as Node's option
 * `--disable-proto=delete` does, and the name is one like any other.
 */
export function makeProtoPlain(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__');
}
