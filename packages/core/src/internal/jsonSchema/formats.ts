const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const isDate = (text: string): boolean => {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (found === null) return false
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const length = month === 2 && isLeap(year) ? 29 : days[month - 1]
  return length !== undefined && day >= 1 && day <= length
}

const clock = /^(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:z|[+-](\d\d):(\d\d))$/i

const isTime = (text: string): boolean => {
  const found = clock.exec(text)
  if (found === null) return false
  const [hour, minute, second, offsetHour, offsetMinute] = found.slice(1).map((part) => Number(part ?? 0))
  return (
    (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) <= 60 && (offsetHour ?? 0) < 24 && (offsetMinute ?? 0) < 60
  )
}

const isDateTime = (text: string): boolean =>
  /^.{10}[t ]/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11))

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/

const isIpv4 = (text: string): boolean => ipv4.test(text) && !text.endsWith(".")

const isIpv6 = (text: string): boolean =>
  text.length <= 45 && /^[\da-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]/`)

const label = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i

const isHostname = (text: string): boolean => text.length <= 253 && text.split(".").every((part) => label.test(part))

const localPart = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/

const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf("@")
  return at > 0 && at <= 64 && localPart.test(text.slice(0, at)) && isHostname(text.slice(at + 1))
}

const isUri = (text: string): boolean => /^[a-z][a-z\d+.-]*:[^\s<>"{}|\\^`]*$/i.test(text) && URL.canParse(text)

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

const duration = /^P(?!$)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?)$/

/**
 * The formats that are checked. Each check takes time in proportion to the length of the text.
 *
 * @internal
 */
export const formats: ReadonlyMap<unknown, (text: string) => boolean> = new Map<unknown, (text: string) => boolean>([
  ["date", isDate],
  ["time", isTime],
  ["date-time", isDateTime],
  ["duration", (text) => duration.test(text)],
  ["email", isEmail],
  ["hostname", isHostname],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
  ["uri", isUri],
  ["url", isUri],
  ["uuid", (text) => uuid.test(text)]
])
