// What changes is heard while a page is seen: a hidden one holds no connection, for a browser has six to
// a server, for all its tabs. `at()` says where to listen, from what is known by then; `hears` has for
// each event what is done with it. An answer that is refused (a proxy's 502 while the server starts)
// ends an EventSource for good: it is asked for again, later and later, unless `over(status)` is true.
function attend(at, hears, over) {
  let stream = null, wait = 1000;

  async function refused() {
    const stop = new AbortController();
    const status = await fetch(at(), { signal: stop.signal }).then((answer) => answer.status, () => 0);
    stop.abort();
    if (over(status)) return;
    setTimeout(listen, wait);
    wait = Math.min(wait * 2, 30000);
  }

  function listen() {
    stream?.close();
    stream = null;
    if (document.hidden) return;
    const own = stream = new EventSource(at());
    own.addEventListener('open', () => { wait = 1000; });
    own.addEventListener('error', () => {
      if (own === stream && own.readyState === EventSource.CLOSED) refused();
    });
    for (const [name, hear] of Object.entries(hears)) own.addEventListener(name, hear);
  }

  document.addEventListener('visibilitychange', listen);
  listen();
}
