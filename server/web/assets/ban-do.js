// The map drawn by Leaflet out of the two tables below it, which stay and say the same. Outlines come
// from the server; a background only where the settings name one.
const place = document.getElementById('ban-do');
const say = (vi, en) => (document.documentElement.lang === 'en' ? en : vi);
const rows = (id) => [...(document.getElementById(id)?.tBodies[0].rows ?? [])];

function load(address, css) {
  return new Promise((done, failed) => {
    const part = document.createElement(css ? 'link' : 'script');
    if (css) part.rel = 'stylesheet';
    part[css ? 'href' : 'src'] = address;
    part.addEventListener('load', done);
    part.addEventListener('error', failed);
    document.head.append(part);
  });
}

// Words as text, never as markup.
function says(...parts) {
  const box = document.createElement('div');
  for (const part of parts) {
    const line = document.createElement('div');
    line.append(part);
    box.append(line);
  }
  return box;
}

// Five steps of terms kept; few items: no colour, a broken line.
const steps = [[9800, '#17693b'], [9500, '#6aa84f'], [9000, '#ffc629'], [8000, '#e07b00'], [0, '#a3161b']];
function style(row) {
  const share = row?.dataset.phan;
  if (share === undefined) return { color: '#767676', weight: 1, fillColor: '#fff', fillOpacity: 0.2 };
  const few = row.dataset.it !== undefined;
  const [, fillColor] = steps.find(([least]) => Number(share) >= least);
  return { color: '#1a1a1a', weight: few ? 2 : 1, dashArray: few ? '4 4' : null, fillColor, fillOpacity: few ? 0.15 : 0.5 };
}

function legend() {
  const box = document.createElement('p');
  const names = [say('98 % trở lên', '98 % and more'), '95–98 %', '90–95 %', '80–90 %', say('dưới 80 %', 'below 80 %')];
  box.className = 'chu-giai';
  box.append(say('Tô theo đúng hạn: ', 'Shaded by terms kept: '));
  steps.forEach(([,], i) => {
    const one = document.createElement('span'), mark = document.createElement('i');
    mark.className = 'o-mau m' + i;
    one.append(mark, ' ' + names[i]);
    box.append(one, ' ');
  });
  box.append(say('nét đứt: ít số liệu; không tô: chưa bì nào đến hạn.', 'broken line: few figures; no shade: no item due yet.'));
  place.after(box);
}

async function outlines(map) {
  if (!place.dataset.ranh) return null;
  const answer = await fetch(place.dataset.ranh);
  if (!answer.ok) return null;
  const communes = new Map(rows('theo-xa').filter((row) => row.dataset.ma).map((row) => [row.dataset.ma, row]));
  const layer = L.geoJSON(await answer.json(), {
    style: (feature) => style(communes.get(feature.id)),
    onEachFeature(feature, shape) {
      const row = communes.get(feature.id);
      if (!row) return;
      const words = () => says(row.cells[0].textContent, say('đúng hạn ', 'on time ') + row.cells[1].textContent,
        say('đến hạn ', 'due ') + row.cells[2].textContent + say(', trễ ', ', late ') + row.cells[3].textContent);
      shape.bindTooltip(words, { sticky: true });
      shape.bindPopup(words);
    },
  }).addTo(map);
  if (communes.size) legend();
  return layer;
}

function stops(map) {
  const layer = L.featureGroup();
  for (const row of rows('luot')) {
    const { lat, lon, loai, ngo } = row.dataset;
    if (lat === undefined) continue;
    const doubt = ngo !== undefined, mark = loai === 'giao' ? '✓' : '!';
    const icon = L.divIcon({ className: 'diem ' + loai + (doubt ? ' ngo' : ''), html: doubt ? mark + '?' : mark, iconSize: [26, 26] });
    L.marker([Number(lat), Number(lon)], { icon, keyboard: false }) // the table is there for the keyboard
      .bindPopup(() => says(row.cells[0].firstElementChild?.cloneNode(true) ?? row.cells[0].textContent,
        row.cells[1].textContent + ' ' + row.cells[2].textContent + ' ' + row.cells[3].textContent,
        row.cells[4].innerText))
      .addTo(layer);
  }
  return layer.addTo(map);
}

async function draw() {
  await Promise.all([load(place.dataset.leaflet), load(place.dataset.css, true)]);
  place.hidden = false;
  const map = L.map(place, { attributionControl: false, zoomControl: false }).setView([18.3, 105.8], 9);
  L.control.zoom({ zoomInTitle: say('Phóng to', 'Zoom in'), zoomOutTitle: say('Thu nhỏ', 'Zoom out') }).addTo(map);
  if (place.dataset.nen) {
    L.tileLayer(place.dataset.nen, { maxZoom: 19 }).addTo(map);
    const credit = document.createElement('p');
    credit.append(place.dataset.nguon);
    place.after(credit);
  }
  const communes = await outlines(map), points = stops(map);
  const whole = communes?.getBounds() ?? L.latLngBounds([]);
  if (points.getLayers().length) whole.extend(points.getBounds());
  const fit = () => map.fitBounds(whole, { padding: [16, 16], maxZoom: 15 });
  if (whole.isValid()) {
    fit();
    map.on('resize', fit); // a phone was turned
  } else if (!communes && !place.dataset.nen) place.hidden = true; // nothing to look at
  place.dataset.xong = points.getLayers().length;
}

if (place) draw().catch(() => { place.hidden = true; });
