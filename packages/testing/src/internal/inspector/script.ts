/**
 * The script that keeps the page up to date. The server renders; the script only replaces elements. Without it the page
 * shows the state at the time it was loaded.
 *
 * @internal
 */
export const script = `
const status = document.getElementById("live")
const say = (text) => { status.textContent = text }
const shown = { requests: 200, jobs: 100 }

const parse = (html) => {
  const template = document.createElement("template")
  template.innerHTML = html
  return template.content.firstElementChild
}

const current = () => document.getElementById("detail").dataset.request
const filter = document.getElementById("filter")

const search = () => {
  const fields = new URLSearchParams()
  for (const [name, value] of new FormData(filter)) if (value !== "") fields.set(name, value)
  return fields
}

const address = (request) => {
  const fields = search()
  if (request !== "") fields.set("request", request)
  return fields.size === 0 ? "/" : "/?" + fields
}

const mark = () => {
  for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current")
  document.getElementById("request-" + current())?.setAttribute("aria-current", "true")
}

const place = ({ id, into, html }) => {
  const fresh = parse(html)
  const old = document.getElementById(id)
  if (fresh === null) {
    old?.remove()
    return
  }
  if (old === null) {
    const list = document.getElementById(into)
    const isOlder = (row) => into === "jobs" || Number(row.id.slice("request-".length)) < Number(id.slice("request-".length))
    list.insertBefore(fresh, [...list.children].find(isOlder) ?? null)
    while (list.children.length > shown[into]) list.lastElementChild.remove()
    return
  }
  const held = old.contains(document.activeElement) ? document.activeElement : null
  const index = held === null ? -1 : [...old.querySelectorAll("a, button, select")].indexOf(held)
  old.replaceWith(fresh)
  if (index >= 0) (fresh.querySelectorAll("a, button, select")[index] ?? fresh).focus()
}

const open = async (id, focus) => {
  const response = await fetch("/__emulator/requests/" + id + "?as=html")
  if (!response.ok) return
  document.getElementById("detail").replaceWith(parse(await response.text()))
  history.replaceState(null, "", address(id))
  mark()
  if (focus) document.getElementById("detail-title").focus()
}

const close = () => {
  const detail = document.getElementById("detail")
  const row = document.getElementById("request-" + current())
  detail.hidden = true
  detail.dataset.request = ""
  history.replaceState(null, "", address(""))
  mark()
  row?.querySelector("a").focus()
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a")
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  if (link.className === "close") close()
  else if (link.className === "all") showAll()
  else open(link.closest("tr").id.slice("request-".length), true)
})

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current() !== "") close()
})

document.addEventListener("submit", async (event) => {
  event.preventDefault()
  if (event.target === filter) return show()
  const form = event.target
  const fields = Object.fromEntries(new FormData(form, event.submitter))
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields)
  })
  if (response.ok) say("done, live")
  else say(await response.text())
})

let events
const listen = (after) => {
  events?.close()
  const fields = search()
  fields.set("as", "html")
  fields.set("after", after)
  events = new EventSource("/__emulator/events?" + fields)
  events.addEventListener("open", () => say("live"))
  events.addEventListener("error", () => say("not live: trying again"))
  events.addEventListener("part", (event) => {
    const part = JSON.parse(event.data)
    place(part)
    if (part.id === "request-" + current()) open(current(), false)
  })
  events.addEventListener("jobs", (event) => {
    const ids = new Set(JSON.parse(event.data))
    for (const row of [...document.getElementById("jobs").children]) if (!ids.has(row.id)) row.remove()
  })
  events.addEventListener("cleared", () => location.replace(address("")))
}

let turn = 0
const show = async () => {
  const mine = ++turn
  history.replaceState(null, "", address(current()))
  const response = await fetch(address(""))
  if (!response.ok) return
  const text = await response.text()
  // without its style, which has another nonce
  const page = new DOMParser().parseFromString(text.slice(text.indexOf("<body")), "text/html")
  // the filter has changed again
  if (mine !== turn) return
  for (const id of ["requests-panel", "jobs-panel"]) document.getElementById(id).replaceWith(page.getElementById(id))
  mark()
  listen(page.body.dataset.last)
}

let timer
filter.addEventListener("input", () => {
  clearTimeout(timer)
  timer = setTimeout(show, 150)
})

const showAll = () => {
  for (const field of filter.elements) field.value = ""
  show()
}

listen(document.body.dataset.last)
addEventListener("pagehide", () => events.close())
mark()
`
