// Drives the inspector page of the emulator in a headless Chromium, with the real client beside it: `npm run test:browser`.
// Exit code 0: every step passed. 1: one did not. 3: there is no Chromium here, and nothing was tried.
// BROWSER_PATH names the program; the screenshots stand in .tmp/browser.
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { resolve } from "node:path"
import { chromium } from "playwright-core"

const pictures = resolve(".tmp/browser")
const canary = "canary-7d1f0a52"
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

/** The first program that says it is a Chromium. */
const findBrowser = () => {
  const asked = process.env.BROWSER_PATH
  for (const name of asked === undefined ? names : [asked]) {
    const path = spawnSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).stdout.trim()
    const version = path === "" ? undefined : spawnSync(path, ["--version"], { encoding: "utf8" })
    if (version?.status === 0) return { path, version: version.stdout.trim() }
  }
  return undefined
}

/** The emulator as it is shipped; `stop` gives its exit code. */
const startEmulator = () =>
  new Promise((done, failed) => {
    const env = { ...process.env, DATABASE_URL: "" }
    const child = spawn(process.execPath, ["packages/testing/dist/bin/emulator.js"], { env })
    const ended = new Promise((end) => child.once("close", end))
    let out = ""
    child.stderr.pipe(process.stderr)
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text
      const url = /^the inspector is at (http:\S+)\/$/m.exec(out)?.[1]
      if (url !== undefined) done({ url, stop: () => (child.kill("SIGINT"), ended) })
    })
    void ended.then((code) => failed(new Error(`the emulator ended with ${code}`)))
    process.once("exit", () => child.kill())
  })

/** Runs a program with the real client, over real HTTP. */
const withClient = (baseUrl, use) =>
  Effect.flatMap(ConnectionsApi, use).pipe(
    Effect.provide(
      ConnectionsApi.layer({ baseUrl }).pipe(
        Layer.provide(Auth.serviceToken(Redacted.make(canary))),
        Layer.provide(FetchHttpClient.layer)
      )
    ),
    Effect.runPromise
  )

const browserProgram = findBrowser()
if (browserProgram === undefined) {
  console.error(`test:browser: none of ${names.join(", ")} is here: install one, or give its path in BROWSER_PATH`)
  process.exit(3)
}
console.log(`in ${browserProgram.version}`)
mkdirSync(pictures, { recursive: true })

const emulator = await startEmulator()
const { url } = emulator
const browser = await chromium.launch({
  executablePath: browserProgram.path,
  // the sandbox of Chromium refuses to run as root
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : []
})
const page = await browser.newPage({ viewport: { width: 1360, height: 860 }, colorScheme: "light" })
page.setDefaultTimeout(15_000)
const troubles = []
page.on("pageerror", (error) => troubles.push(String(error)))
page.on("console", (message) => message.type() === "error" && troubles.push(message.text()))

const panel = (name) => page.getByRole("region", { name })
const row = (text) => panel("Requests").getByRole("row").filter({ hasText: text }).first()
const text = (locator, wanted) => locator.filter({ hasText: wanted }).waitFor()
const execute = (connections) => connections.connection("crm").actions.execute("sync", { input: {} }, { async: true })

// else Playwright adds a style of its own, which the page's policy refuses
const picture = (name, options) => page.screenshot({ path: `${pictures}/${name}.png`, caret: "initial", ...options })

const switchOn = async (on, kind, to, often) => {
  await on.getByLabel("What happens").selectOption({ label: kind })
  await on.getByLabel("To").selectOption({ label: to })
  await on.getByLabel("How often").selectOption({ label: often })
  await on.getByRole("button", { name: "Switch on" }).click()
}

const steps = {
  "the page opens, live and empty": async () => {
    await page.goto(`${url}/`)
    await text(page.getByRole("status"), "live")
    await page.getByText("No requests yet").waitFor()
    await page.getByText("No jobs yet").waitFor()
    await page.getByText("No faults are on").waitFor()
  },
  "a job is followed to its end": async () => {
    const result = withClient(url, (connections) => connections.jobs.result(execute(connections)))
    const job = panel("Jobs").getByRole("row").filter({ hasText: "crm/sync" })
    await text(job, "running")
    await job.getByRole("progressbar").waitFor()
    await text(row("/actions/sync/execute"), "executed")
    await picture("running")
    await text(job, "completed")
    assert.deepEqual(await result, { synced: 2 })
    await text(row("/api/v1/jobs/job-1"), "200")
  },
  "a fault that is switched on befalls the next request, and is used up": async () => {
    await switchOn(panel("Faults"), "503, nothing done", "executes of actions", "the next one")
    await text(panel("Faults").getByRole("listitem"), "next actions.execute: status 503")
    const error = await withClient(url, (connections) => Effect.flip(execute(connections)))
    assert.equal(error._tag, "ServerFailed")
    const failed = panel("Requests").getByRole("row").filter({ hasText: "503" }).first()
    await text(failed, "Answer 503")
    assert.equal(await failed.getByText("executed").count(), 0)
    await page.getByText("No faults are on").waitFor()
  },
  "a fault stays on until it is switched off": async () => {
    await switchOn(panel("Faults"), "connection reset after the work", "any request", "every one")
    await panel("Faults").getByRole("listitem").waitFor()
    const error = await withClient(url, (connections) => Effect.flip(execute(connections)))
    assert.equal(error._tag, "OutcomeUnknown")
    const lost = panel("Requests").getByRole("row").filter({ hasText: "Reset" }).first()
    await text(lost, "executed")
    await panel("Faults")
      .getByRole("button", { name: /^Switch off: always any request/ })
      .click()
    await page.getByText("No faults are on").waitFor()
    await withClient(url, execute)
  },
  "the keyboard opens a request, without its secrets": async () => {
    await row("/api/v1/jobs/job-1").getByRole("link").focus()
    await page.keyboard.press("Enter")
    const detail = page.locator("#detail")
    await text(detail, "x-service-token")
    await text(detail, '"synced": 2')
    assert.equal(await page.evaluate("document.activeElement.id"), "detail-title")
    assert.equal((await page.content()).includes(canary), false)
    await picture("light")
    await page.emulateMedia({ colorScheme: "dark" })
    await picture("dark")
    await page.setViewportSize({ width: 420, height: 900 })
    await picture("narrow", { fullPage: true })
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true)
    await page.setViewportSize({ width: 1360, height: 860 })
  },
  "what a request brings is shown as text": async () => {
    const hostile = `"><img src=x onerror="globalThis.taken=1"></td><script>globalThis.taken=1</script>`
    await withClient(url, (connections) => Effect.flip(connections.connection(hostile).get))
    await withClient(url, (connections) => connections.actions.execute("crm", "echo", { input: { text: hostile } }))
    await row("/crm/actions/echo/execute").getByRole("link").click()
    await text(page.locator("#detail"), "globalThis.taken=1")
    await page.reload()
    await text(page.locator("#detail"), "globalThis.taken=1")
    assert.equal(await page.evaluate("globalThis.taken"), undefined)
    assert.equal(await page.locator("main img, main script").count(), 0)
  },
  "it reads and switches without JavaScript": async () => {
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    await plain.goto(`${url}/`)
    await plain.getByRole("link", { name: "/api/v1/jobs/job-1" }).first().click()
    await plain.getByRole("heading", { name: /^Request \d+$/ }).waitFor()
    const faults = plain.getByRole("region", { name: "Faults" })
    await switchOn(faults, "never a response", "polls of jobs", "every one")
    await faults.getByRole("button", { name: /^Switch off/ }).click()
    await plain.getByText("No faults are on").waitFor()
    await plain.close()
  },
  "a filter shows the requests and jobs that fit, also those that come later": async () => {
    await page.keyboard.press("Escape")
    await withClient(url, (connections) => connections.list())
    await withClient(url, (connections) => Effect.flip(connections.connection("nowhere").get))
    const failing = (connections) => connections.actions.execute("crm", "fails", { input: {} }, { async: true })
    await withClient(url, failing)
    const rows = (name) => panel(name).locator("tbody[id]").getByRole("row")
    const filter = page.getByRole("search")
    await filter.getByLabel("Operation").fill("connections")
    await text(rows("Requests").first(), "/api/v1/connections/nowhere")
    await page.waitForFunction(() => !document.getElementById("requests").textContent.includes("/execute"))
    await filter.getByLabel("Status").selectOption("4xx")
    await page.waitForFunction(() => !document.getElementById("requests").textContent.includes("200"))
    assert.ok((await rows("Requests").count()) > 0)
    await withClient(url, (connections) => Effect.flip(connections.connection("not-there").get))
    await withClient(url, (connections) => connections.list())
    await text(rows("Requests").first(), "not-there")
    await filter.getByLabel("Text").fill("NOT-there")
    await page.waitForFunction(() => document.getElementById("requests").children.length === 1)
    assert.equal(new URL(page.url()).search, "?text=NOT-there&operation=connections&status=4xx")
    await rows("Requests").first().getByRole("link").click()
    await page.locator("#detail").getByText("not-there").first().waitFor()
    await page.reload()
    await page.locator("#detail").getByText("not-there").first().waitFor()
    assert.equal(await rows("Requests").count(), 1)
    await page.keyboard.press("Escape")
    await filter.getByRole("link", { name: "Show all" }).click()
    await filter.getByLabel("Job state").selectOption("running")
    // it fails after two seconds, and leaves
    await withClient(url, failing)
    await text(rows("Jobs").first(), "crm/fails")
    await page.waitForFunction(() => !document.getElementById("jobs").textContent.includes("crm/fails"))
    await filter.getByLabel("Job state").selectOption("failed")
    await text(rows("Jobs").first(), "crm/fails")
    await picture("filtered")
    await filter.getByRole("link", { name: "Show all" }).click()
    await text(row("/api/v1/connections"), "200")
  },
  "faults stay in sight beside a thousand jobs": async () => {
    await withClient(url, (connections) =>
      Effect.forEach(Array.from({ length: 1_000 }), () => execute(connections), { concurrency: 20, discard: true })
    )
    await page.waitForFunction(() => document.getElementById("jobs").children.length === 100)
    const isInSight = () =>
      panel("Faults")
        .getByRole("button", { name: "Switch on" })
        .evaluate((button) => {
          const { bottom, top } = button.getBoundingClientRect()
          return top >= 0 && bottom <= innerHeight
        })
    for (const size of [
      { width: 1360, height: 860 },
      { width: 420, height: 900 }
    ]) {
      await page.setViewportSize(size)
      assert.ok(await isInSight(), `at ${size.width} px`)
      await picture(`thousand-jobs-${size.width}`)
    }
    await page.setViewportSize({ width: 1360, height: 860 })
    await row("/actions/sync/execute").getByRole("link").click()
    await page.getByRole("heading", { name: /^Request \d+$/ }).scrollIntoViewIfNeeded()
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert.ok(await isInSight(), "at the end of the page")
    await picture("thousand-jobs-end")
    await page.keyboard.press("Escape")
  },
  "the filter works without JavaScript": async () => {
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    await plain.goto(`${url}/`)
    await plain.getByLabel("Text").fill("not-there")
    await plain.getByRole("button", { name: "Filter" }).click()
    const rows = plain.getByRole("region", { name: "Requests" }).locator("#requests").getByRole("row")
    assert.equal(await rows.count(), 0)
    await plain.getByText("No request fits the filter.").waitFor()
    await plain.getByLabel("Text").fill("execute")
    await plain.getByLabel("Status").selectOption("2xx")
    await plain.getByRole("button", { name: "Filter" }).click()
    assert.equal(await rows.count(), 200)
    await plain.close()
  },
  "clearing empties the page": async () => {
    await page.getByRole("button", { name: "Clear requests" }).click()
    await page.getByText("No requests yet").waitFor()
    await page.getByRole("button", { name: "Reset platforms" }).click()
    await page.getByText("No jobs yet").waitFor()
  },
  "nothing went wrong on the page": () => assert.deepEqual(troubles, []),
  "the emulator ends though the page listens": async () => {
    assert.equal(await emulator.stop(), 0)
    await text(page.getByRole("status"), "not live")
  }
}

let [passed, failed] = [0, 0]
for (const [name, step] of Object.entries(steps)) {
  try {
    await step()
    passed++
    console.log(`ok ${name}`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}\n${error.stack ?? error}`)
    await picture(`failed-${passed + failed}`, { fullPage: true }).catch(() => {})
  }
}
await browser.close()
console.log(`${passed} passed, ${failed} failed; screenshots are in ${pictures}`)
process.exit(failed === 0 ? 0 : 1)
