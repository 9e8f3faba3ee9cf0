/**
 * What makes the page live. It puts in place what the server has rendered, and renders nothing
 * itself; without it the page shows the same, as of when it was loaded.
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

const open = async (href, focus) => {
  const answer = await fetch(href)
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  document.getElementById("detail").replaceWith(page.getElementById("detail"))
  history.replaceState(null, "", href)
  mark()
  if (focus) document.getElementById("detail-title")?.focus()
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/?request='], a.close")
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  open(link.getAttribute("href"), true)
})

document.addEventListener("submit", async (event) => {
  event.preventDefault()
  const form = event.target
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
  if (answer.ok) say("done")
  else say(await answer.text())
})

const events = new EventSource("/__emulator/events?as=html&after=" + document.body.dataset.last)
events.addEventListener("open", () => say("live"))
events.addEventListener("error", () => say("not live: trying again"))
events.addEventListener("part", (event) => {
  const part = JSON.parse(event.data)
  place(part)
  if (part.id === "request-" + current()) open("/?request=" + current() + "#detail", false)
})
events.addEventListener("cleared", () => location.replace("/"))
addEventListener("pagehide", () => events.close())
mark()
`
