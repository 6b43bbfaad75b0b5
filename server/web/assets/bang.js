// The board's days drawn by uPlot out of the table below them, which stays and says the same.
// Without uPlot, or with fewer than two days, the server's own bars stay.
const place = document.getElementById('bieu-do'), table = document.getElementById('tung-ngay');

function days() {
  // day (seconds, UTC), due, in time as first known, in time now, tried, delivered at the first try
  const read = [[], [], [], [], [], []], cells = [null, 1, 2, 3, 5, 6];
  for (const row of table.tBodies[0].rows) {
    read[0].push(Date.parse(row.querySelector('time').dateTime) / 1000);
    for (let i = 1; i < 6; i++) read[i].push(Number(row.cells[cells[i]].textContent));
  }
  return read;
}

function load(name) {
  return new Promise((done, failed) => {
    const css = name.endsWith('.css'), part = document.createElement(css ? 'link' : 'script');
    if (css) part.rel = 'stylesheet';
    part[css ? 'href' : 'src'] = '/assets/' + name;
    part.addEventListener('load', done);
    part.addEventListener('error', failed);
    document.head.append(part);
  });
}

const say = (vi, en) => (document.documentElement.lang === 'en' ? en : vi);
const two = (n) => String(n).padStart(2, '0');
const date = (s) => { const d = new Date(s * 1000); return two(d.getUTCDate()) + '/' + two(d.getUTCMonth() + 1); };
const share = (part, whole) => (whole ? Math.floor(part * 10000 / whole) / 100 : null);
const percent = (u, v) => (v == null ? '–' : v.toFixed(2).replace('.', ',') + ' %');

function draw(label, data, series, axis, scale) {
  const box = document.createElement('div');
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', label + say('; bảng dưới đây ghi đủ số.', '; the table below has every figure.'));
  place.append(box);
  const size = () => ({ width: place.clientWidth, height: 200 });
  const font = '14px ' + getComputedStyle(document.body).fontFamily;
  const chart = new uPlot({
    ...size(),
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false }, sync: { key: 'ngay' } },
    scales: { x: { range: (u, low, high) => [low - 43200, high + 43200] }, y: scale }, // whole bars at both ends
    axes: [
      { font, space: 60, incrs: [1, 2, 7, 14].map((n) => n * 86400), values: (u, at) => at.map(date) },
      { font, size: 60, values: (u, at) => at.map(axis) },
    ],
    series: [{ label: say('Ngày', 'Day'), value: (u, v) => (v == null ? '–' : date(v)) }, ...series],
  }, data, box);
  box.querySelector('.u-legend').classList.add('it'); // no cards on a phone
  new ResizeObserver(() => chart.setSize(size())).observe(place);
}

async function charts() {
  const [day, due, first, now, tried, once] = days();
  const target = Number(place.dataset.dich);
  if (day.length < 2) return;
  await Promise.all([load('uPlot.iife.min.js'), load('uPlot.min.css'), document.fonts.ready]);
  const full = (colour) => ({ show: true, size: 7, fill: colour });
  const bars = uPlot.paths.bars({ size: [0.7, 40] }), none = { show: false };
  place.replaceChildren();
  draw(say('Số bì đến hạn và đúng hạn từng ngày', 'Items due and on time, day by day'), [day, due, now], [
    { label: say('Đến hạn', 'Due'), fill: '#ffc629', stroke: '#8a5a00', paths: bars, points: none },
    { label: say('Đúng hạn', 'On time'), fill: '#17693b', stroke: '#17693b', paths: bars, points: none },
  ], (v) => (Number.isInteger(v) ? v : ''), { range: (u, low, high) => [0, Math.max(high, 1) * 1.05] });
  // A hollow dot is a first figure that was restated since.
  const restated = { show: true, size: 10, width: 2, fill: '#fff', filter: () => day.map((d, i) => i).filter((i) => first[i] !== now[i]) };
  const lines = [
    { label: say('% số đầu', '% as first known'), stroke: '#8a5a00', dash: [6, 4], width: 2, value: percent, points: restated },
    { label: say('% nay', '% now'), stroke: '#17693b', width: 2, value: percent, points: full('#17693b') },
  ];
  const data = [day, due.map((n, i) => share(first[i], n)), due.map((n, i) => share(now[i], n))];
  if (target > 0) {
    lines.push({ label: say('% chỉ tiêu', '% target'), stroke: '#a3161b', dash: [2, 4], width: 2, value: percent, points: none });
    data.push(day.map(() => target));
  }
  draw(say('Phần trăm đúng hạn từng ngày', 'Per cent on time, day by day'), data, lines, (v) => v + ' %', { range: [0, 105] });
  draw(say('Phần trăm phát được lần đầu từng ngày', 'Per cent delivered at the first try, day by day'),
    [day, tried.map((n, i) => share(once[i], n))],
    [{ label: say('% lần đầu', '% first try'), stroke: '#0b4f8a', width: 2, value: percent, points: full('#0b4f8a') }], (v) => v + ' %', { range: [0, 105] });
}

if (place && table) charts().catch(() => {});
