/** The page of the example: it submits a job and shows its events. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Job events</title>
<style>body { font: 1rem system-ui; margin: 2rem auto; max-width: 40rem } progress { width: 100% }</style>
<h1>Job events</h1>
<button id="start">Start a job</button> <button id="leave" disabled>Stop watching</button>
<p role="status" id="status">no job yet</p>
<progress id="progress" value="0" max="1"></progress>
<ol id="events"></ol>
<script>
  const by = (id) => document.getElementById(id)
  let source
  const close = (text) => {
    source?.close()
    by("leave").disabled = true
    by("status").textContent = text
  }
  const show = (text) => by("events").appendChild(document.createElement("li")).textContent = text
  const watch = (job) => {
    source = new EventSource("/events?" + new URLSearchParams({ job: JSON.stringify(job) }))
    by("leave").disabled = false
    by("status").textContent = "watching " + job.jobId
    source.addEventListener("Progress", ({ data }) => {
      const { state } = JSON.parse(data)
      by("progress").value = state.progress ?? 0
      show(state.word + " " + Math.round((state.progress ?? 0) * 100) + " %")
    })
    source.addEventListener("Completed", ({ data }) => {
      by("progress").value = 1
      show("completed with " + JSON.stringify(JSON.parse(data).value))
      close("done")
    })
    source.addEventListener("Failed", ({ data }) => {
      show(JSON.parse(data)._tag)
      close("failed")
    })
  }
  by("start").onclick = async () => {
    close("submitting")
    const response = await fetch("/jobs", { method: "POST" })
    const body = await response.json()
    if (!response.ok) close(body._tag)
    else if (body === null) close("done at once")
    else watch(body)
  }
  by("leave").onclick = () => close("left")
</script>
</html>
`
