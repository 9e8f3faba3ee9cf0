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

const mark = () => {
  for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current")
  document.getElementById("request-" + current())?.setAttribute("aria-current", "true")
}

const place = ({ id, into, html }) => {
  const fresh = parse(html)
  const old = document.getElementById(id)
  if (old === null) {
    const list = document.getElementById(into)
    list.prepend(fresh)
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
  history.replaceState(null, "", "/?request=" + id)
  mark()
  if (focus) document.getElementById("detail-title").focus()
}

const close = () => {
  const detail = document.getElementById("detail")
  const row = document.getElementById("request-" + current())
  detail.hidden = true
  detail.dataset.request = ""
  history.replaceState(null, "", "/")
  mark()
  row?.querySelector("a").focus()
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a")
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  if (link.className === "close") close()
  else open(link.closest("tr").id.slice("request-".length), true)
})

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current() !== "") close()
})

document.addEventListener("submit", async (event) => {
  event.preventDefault()
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

const events = new EventSource("/__emulator/events?as=html&after=" + document.body.dataset.last)
events.addEventListener("open", () => say("live"))
events.addEventListener("error", () => say("not live: trying again"))
events.addEventListener("part", (event) => {
  const part = JSON.parse(event.data)
  place(part)
  if (part.id === "request-" + current()) open(current(), false)
})
events.addEventListener("cleared", () => location.replace("/"))
addEventListener("pagehide", () => events.close())
mark()
`
