// Craftplan's own behaviour beyond htmx. No dependencies, no inline handlers, no eval; works under script-src 'self'.
(() => {
  'use strict';
  const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const root = document.documentElement;

  // Theme: follows the system until the person chooses. The server reads the cookie and renders data-theme.
  const isDark = () => (root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'craft-dark' : 'craft')) === 'craft-dark';
  const remember = theme => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    document.cookie = `theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`;
  };
  const nextTheme = () => { // light, dark, and back to what the system says
    const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'craft-dark' : 'craft';
    const now = root.dataset.theme || '';
    remember(now === '' ? (isDark() ? 'craft' : 'craft-dark') : now === system ? '' : system);
  };

  const openPalette = () => { const p = $('#palette'); if (p && !p.open) { p.showModal(); const i = $('input', p); i.value = ''; filterPalette(p); i.focus(); } };

  // Menus: native popovers, placed beside the button that opened them.
  let invoker = null;
  document.addEventListener('click', e => { const b = e.target.closest('[popovertarget]'); if (b) invoker = b; }, true);
  const place = pop => {
    const b = invoker && invoker.getAttribute('popovertarget') === pop.id ? invoker : $(`[popovertarget="${pop.id}"]`);
    if (!b) return;
    const r = b.getBoundingClientRect(), w = pop.offsetWidth, h = pop.offsetHeight, gap = 4, edge = 8;
    const x = r.left + w > innerWidth - edge ? r.right - w : r.left;
    const y = r.bottom + gap + h > innerHeight - edge && r.top - gap - h > edge ? r.top - gap - h : r.bottom + gap;
    pop.style.left = Math.max(edge, Math.min(x, innerWidth - w - edge)) + 'px';
    pop.style.top = y + 'px';
  };
  document.addEventListener('toggle', e => {
    const pop = e.target;
    if (!pop.matches || !pop.matches('[popover][data-menu]')) return;
    $$(`[popovertarget="${pop.id}"]`).forEach(b => b.setAttribute('aria-expanded', String(e.newState === 'open')));
    if (e.newState !== 'open') return;
    place(pop);
    const first = $('.menu-item', pop);
    if (first && matchMedia('(pointer: fine)').matches) first.focus({ preventScroll: true });
  }, true);
  document.addEventListener('keydown', e => {
    const pop = e.target.closest && e.target.closest('[popover][data-menu]');
    if (!pop) return;
    const all = $$('.menu-item', pop), i = all.indexOf(document.activeElement), n = all.length;
    const next = { ArrowDown: all[(i + 1) % n], ArrowUp: all[(i + n - 1) % n], Home: all[0], End: all[n - 1] }[e.key];
    if (next) { next.focus(); e.preventDefault(); }
  });

  // Clicks, delegated.
  document.addEventListener('click', e => {
    const t = e.target.closest('[data-theme-toggle],[data-palette],[data-keys],[data-expand],[data-dialog],[data-dismiss],[data-print],[data-add-row],[data-remove-row],[data-copy],[data-step],[data-move-by]');
    if (!t) return;
    const d = t.dataset;
    if ('themeToggle' in d) nextTheme();
    if ('palette' in d) openPalette();
    if ('keys' in d) $('#keys').showModal();
    if ('print' in d) print();
    if ('dialog' in d) { const box = $('#' + d.dialog); if (box && !box.open) box.showModal(); } // where the browser does not know commandfor
    if ('dismiss' in d) t.closest('.note, .toast > *').remove();
    if ('expand' in d) { const row = document.getElementById(t.getAttribute('aria-controls')), open = t.getAttribute('aria-expanded') === 'true'; t.setAttribute('aria-expanded', String(!open)); row.hidden = open; }
    if ('copy' in d) copy($('#' + d.copy), t);
    if ('step' in d) step($('input', t.closest('.stepper')), Number(d.step));
    if ('addRow' in d) addRow($('#' + d.addRow));
    if ('removeRow' in d) removeRow(t.closest('[data-form-row]'));
    if ('moveBy' in d) { e.preventDefault(); moveBy(t); }
  });

  // One more or less, from what was typed or what is expected.
  const step = (input, by) => {
    const now = parseFloat((input.value || input.placeholder).replace(',', '.')) || 0;
    input.value = String(Math.max(0, Math.round((now + by) * 1e6) / 1e6));
    changed(input);
  };

  // What is there to be copied: the value of a field, or the text of a list.
  const copy = (what, button) => {
    what.select ? what.select() : getSelection().selectAllChildren(what);
    const done = () => { if ('done' in button.dataset) $('span', button).textContent = button.dataset.done; else toast('Copied.'); };
    navigator.clipboard ? navigator.clipboard.writeText(what.value ?? what.innerText).then(done, () => {}) : document.execCommand('copy') && done();
  };
  document.addEventListener('DOMContentLoaded', () => $$('[data-copy][hidden]').forEach(b => { b.hidden = false; }));

  // Forms with rows: a template in the page is copied, and the names and ids of its fields get the next number.
  const addRow = template => {
    const body = $(template.dataset.into), n = Number(template.dataset.next);
    template.dataset.next = String(n + 1);
    const holder = document.createElement('template');
    holder.innerHTML = template.innerHTML.replaceAll('__n__', String(n));
    body.append(holder.content);
    const field = $('input:not([type=hidden]), select', body.lastElementChild); if (field) field.focus();
    changed(body);
  };
  const removeRow = row => { const form = row.closest('form'); row.remove(); changed(form); };

  // Words between commas: what is suggested completes the one that is typed, and keeps those before it.
  document.addEventListener('input', e => {
    const words = e.target.dataset?.words;
    if (words === undefined) return;
    const at = e.target.value.lastIndexOf(',') + 1, before = e.target.value.slice(0, at), had = before.split(',').map(w => w.trim().toLowerCase());
    e.target.list.replaceChildren(...words.split(',').filter(w => w && !had.includes(w)).map(w => new Option('', before + (at ? ' ' : '') + w)));
  });

  // A row is dragged by its handle, or moved with the arrow keys; a field of each row says where it stands then.
  const moved = row => { $$('[name$=".at"]', row.parentElement).forEach((field, i) => { field.value = i; }); changed(row); };
  const move = (row, by, focus = $('[data-move-row]', row)) => {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    by < 0 ? other.before(row) : other.after(row);
    focus.focus();
    moved(row);
  };
  const moveBy = button => {
    const row = button.closest('[data-form-row]');
    if (button.dataset.moveBy !== 'first') return move(row, Number(button.dataset.moveBy), button);
    row.parentElement.prepend(row);
    $('[data-move-by="-1"]', row).focus(); // its own button is not shown on the first
    moved(row);
  };
  let dragged = null;
  document.addEventListener('keydown', e => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[e.key], row = e.target.closest?.('[data-form-row]');
    if (by && row && (e.altKey || e.target.closest('[data-move-row]')) && $('[data-move-row]', row)) { e.preventDefault(); move(row, by); }
  });
  document.addEventListener('dragstart', e => {
    if (!e.target.closest?.('[data-move-row]')) return;
    dragged = e.target.closest('[data-form-row]');
    e.dataTransfer.effectAllowed = 'move';
    e.dataTransfer.setDragImage(dragged, 0, 0);
  });
  document.addEventListener('dragover', e => {
    const row = e.target.closest?.('[data-form-row]');
    if (!dragged || !row || row.parentElement !== dragged.parentElement) return;
    e.preventDefault();
    const box = row.getBoundingClientRect();
    if (row !== dragged) e.clientY < box.top + box.height / 2 ? row.before(dragged) : row.after(dragged);
  });
  document.addEventListener('dragend', () => { if (dragged) moved(dragged); dragged = null; });

  // A line is added by typing how much of what: 500 g flour. It goes into the first row in which nothing was typed.
  const blank = row => $$('select, input:not([type=hidden])', row).every(f => !f.value);
  const quickAdd = (input, template) => {
    const [, amount, name] = /^\s*((?:[\d.,]+\s*(?:%|[a-z]{1,4}(?=\s))?|rest(?=\s))?)\s*(.+?)\s*$/i.exec(input.value) || [];
    if (!name) return;
    const body = $(template.dataset.into), wanted = name.toLowerCase();
    const options = [...$('select', template.content).options].filter(o => o.value);
    const found = options.find(o => o.label.toLowerCase().startsWith(wanted)) || options.find(o => o.label.toLowerCase().includes(wanted));
    if (!found) return toast('Nothing is called “' + name + '”. Choose it in a line.');
    if (!$$('[data-form-row]', body).some(blank)) addRow(template);
    const row = $$('[data-form-row]', body).find(blank);
    $('select', row).value = found.value;
    $('[name$=".quantity"]', row).value = amount;
    input.value = '';
    changed(row);
    input.focus();
  };
  document.addEventListener('keydown', e => {
    if (e.key === 'Enter' && e.target.dataset?.quickAdd) { e.preventDefault(); quickAdd(e.target, $('#' + e.target.dataset.quickAdd)); }
  });
  document.addEventListener('DOMContentLoaded', () => $$('[data-quick-add]').forEach(f => { f.hidden = false; }));

  const changed = el => el.dispatchEvent(new Event('change', { bubbles: true }));

  // Leaving a changed form asks first, also by sending another one.
  let dirty = null;
  ['input', 'change'].forEach(type => document.addEventListener(type, e => { dirty = e.target.closest('form[data-guard]') || dirty; }));
  document.addEventListener('submit', e => { if (e.target === dirty) dirty = null; });
  addEventListener('beforeunload', e => { if (dirty) e.preventDefault(); });

  // A picture is shown when it is chosen or dropped, before it is sent; what the server would refuse is said at once.
  const say = (input, message) => {
    const field = input.closest('.field');
    $$('.field-error', field).forEach(p => p.remove());
    input.toggleAttribute('aria-invalid', Boolean(message));
    if (!message) return;
    const p = document.createElement('p');
    p.className = 'field-error'; p.id = input.id + '-e'; p.textContent = message; p.setAttribute('role', 'alert');
    field.append(p);
    input.setAttribute('aria-invalid', 'true'); input.setAttribute('aria-describedby', p.id); input.value = '';
  };
  const preview = async input => {
    const place = $('[data-preview]', input.form), file = input.files[0], d = input.dataset;
    $$('[data-chosen]', place).forEach(t => t.remove());
    [...place.children].forEach(t => { t.hidden = false; });
    if (!file) return;
    const picture = file.size <= Number(d.picture) && await createImageBitmap(file).catch(() => null);
    say(input, picture ? '' : picture === null ? d.unreadable : d.large);
    if (!picture) return;
    const canvas = document.createElement('canvas'), tile = place.firstElementChild.cloneNode(), scale = Math.min(1, 512 / Math.max(picture.width, picture.height));
    canvas.width = Math.max(1, picture.width * scale); canvas.height = Math.max(1, picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    tile.classList.add('tile-logo'); tile.dataset.chosen = ''; tile.append(canvas);
    place.firstElementChild.hidden = true; place.append(tile);
  };
  document.addEventListener('change', e => { if (e.target.matches('input[data-picture]')) preview(e.target); });
  ['dragenter', 'dragover', 'dragleave', 'drop'].forEach(type => document.addEventListener(type, e => {
    const box = e.target.closest && e.target.closest('[data-drop]');
    if (!box || !e.dataTransfer.types.includes('Files')) return;
    e.preventDefault();
    box.toggleAttribute('data-over', type === 'dragenter' || type === 'dragover');
    const input = $('input[type="file"]', box);
    if (type === 'drop' && e.dataTransfer.files.length) { input.files = e.dataTransfer.files; changed(input); }
  }));

  // Photos are sent one after another, each with how far it has come. What the server refuses is said beside its name; what it keeps is
  // shown at once, beside those of which something may have been typed.
  const post = (form, file, progress) => new Promise(done => {
    const request = new XMLHttpRequest(), data = new FormData();
    data.append('file', file);
    request.upload.onprogress = e => { progress.value = e.loaded / e.total; };
    request.onload = () => done(new DOMParser().parseFromString(request.responseText, 'text/html'));
    request.onerror = () => done(null);
    request.open('POST', form.action);
    request.send(data);
  });
  const showPhotos = page => {
    const list = $('#photos ol');
    if (!list) return $('#photos').replaceWith($('#photos', page));
    $$('#photos li, #photos dialog', page).filter(e => !document.getElementById(e.id)).forEach(e => (e.localName === 'li' ? list : $('#photos')).append(e));
  };
  const wrongWith = page => (page ? ($('#f-file-e', page) || ($('#photos', page) ? null : $('h1', page)))?.textContent.trim() : document.body.dataset.offline);
  const sendPhotos = async input => {
    const list = $('#sending'), most = Number(input.dataset.send), files = [...input.files];
    input.value = '';
    $$('.field-error', list).forEach(p => p.parentElement.remove());
    const rows = files.map(file => {
      const row = $('#sending-row').content.firstElementChild.cloneNode(true);
      $('span', row).textContent = file.name; $('progress', row).setAttribute('aria-label', file.name);
      list.append(row);
      return row;
    });
    let sent = 0;
    for (const [i, file] of files.entries()) {
      const bar = $('progress', rows[i]), page = file.size <= most && await post(input.form, file, bar);
      const wrong = page === false ? input.dataset.large : wrongWith(page);
      if (wrong) {
        const p = document.createElement('p');
        p.className = 'field-error'; p.textContent = wrong;
        bar.replaceWith(p);
        continue;
      }
      sent++;
      rows[i].remove();
      showPhotos(page);
    }
    if (sent) toast(sent === 1 ? 'The photo was added.' : sent + ' photos were added.');
  };
  document.addEventListener('change', e => { if (e.target.matches('input[data-send]') && e.target.files.length) sendPhotos(e.target); });
  document.addEventListener('DOMContentLoaded', () => $$('input[data-send]').forEach(i => { i.multiple = true; $('[type="submit"]', i.form).hidden = true; }));

  // A form is sent once; its button turns until the answer comes. The answer to one that downloads something leaves the page as it is.
  let stays = false;
  document.addEventListener('submit', e => {
    const b = e.submitter;
    stays = e.target.hasAttribute('data-download');
    if (e.defaultPrevented || !b || e.target.method === 'dialog' || stays) return;
    if (b.getAttribute('aria-busy') === 'true') { e.preventDefault(); return; }
    setTimeout(() => b.setAttribute('aria-busy', 'true'), 0);
  });
  addEventListener('pageshow', () => { $$('[aria-busy="true"].btn').forEach(b => b.removeAttribute('aria-busy')); hideLine(); });

  // The line on top of the page, for anything that takes longer than 150 ms.
  let waiting = 0;
  const showLine = () => { clearTimeout(waiting); waiting = setTimeout(() => { const l = $('#loading'); if (l) l.hidden = false; }, 150); };
  const hideLine = () => { clearTimeout(waiting); const l = $('#loading'); if (l) l.hidden = true; };
  addEventListener('beforeunload', () => { if (!dirty && !stays) showLine(); });
  document.addEventListener('htmx:before:request', showLine);
  document.addEventListener('htmx:finally:request', hideLine);

  // Failures of the network are told, and nothing typed is lost.
  const toast = (message, bad) => {
    const box = $('#toasts'), model = $('#toast-model');
    if (!box || !model) return;
    const t = model.content.firstElementChild.cloneNode(true);
    $('p', t).textContent = message;
    if (bad) t.dataset.keep = '';
    box.append(t);
  };
  document.addEventListener('htmx:error', () => toast(document.body.dataset.offline, true));
  document.addEventListener('toast', e => toast(e.detail.message, e.detail.bad));

  // A dialog whose fields were refused is open again.
  document.addEventListener('DOMContentLoaded', () => { const wrong = $('dialog [aria-invalid="true"]'); if (wrong) { wrong.closest('dialog').showModal(); wrong.focus(); } });

  // After an answer with wrong fields the note that names them gets the focus.
  const focusErrors = () => { const n = $('[data-errors]'); if (n) n.focus(); };
  document.addEventListener('htmx:after:swap', focusErrors);
  document.addEventListener('DOMContentLoaded', focusErrors);

  // Command palette: one flat list, typing filters, arrows move, Enter opens.
  const options = p => $$('[role="option"]:not([hidden])', p);
  const mark = (p, o) => {
    $$('[aria-selected="true"]', p).forEach(x => x.setAttribute('aria-selected', 'false'));
    const input = $('input', p);
    if (!o) { input.removeAttribute('aria-activedescendant'); return; }
    o.setAttribute('aria-selected', 'true'); input.setAttribute('aria-activedescendant', o.id); o.scrollIntoView({ block: 'nearest' });
  };
  const filterPalette = p => {
    const words = $('input', p).value.toLowerCase().split(/\s+/).filter(Boolean);
    $$('[role="option"]', p).forEach(o => { o.hidden = !words.every(w => o.textContent.toLowerCase().includes(w)); });
    $$('[role="group"]', p).forEach(g => { g.hidden = !$('[role="option"]:not([hidden])', g); });
    $('[data-none]', p).hidden = options(p).length > 0;
    mark(p, options(p)[0]);
  };
  document.addEventListener('input', e => { const p = e.target.closest('#palette'); if (p) filterPalette(p); });
  document.addEventListener('click', e => { const o = e.target.closest('#palette [role="option"]'); if (o) location.href = o.dataset.href; });
  document.addEventListener('keydown', e => {
    const p = e.target.closest && e.target.closest('#palette');
    if (!p) return;
    const list = options(p), i = list.findIndex(o => o.getAttribute('aria-selected') === 'true');
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { mark(p, list[(i + (e.key === 'ArrowDown' ? 1 : list.length - 1)) % list.length]); e.preventDefault(); }
    if (e.key === 'Enter' && list[i]) { e.preventDefault(); if (e.metaKey || e.ctrlKey) open(list[i].dataset.href); else location.href = list[i].dataset.href; }
  });

  // Shortcuts. Two-key sequences start with g (go) or n (new); none fires while typing. Their addresses come from the page.
  let first = '', timer = 0;
  document.addEventListener('keydown', e => {
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); openPalette(); return; }
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 's') { const f = $('form[data-save]'); if (f) { e.preventDefault(); f.requestSubmit($('[type="submit"]', f)); } return; }
    if (e.metaKey || e.ctrlKey || e.altKey || e.target.closest('input, textarea, select, [contenteditable], dialog')) return;
    const go = first && $(`[data-key="${CSS.escape(first + ' ' + e.key)}"]`);
    if (go) { location.href = go.dataset.href || go.href; first = ''; return; }
    if (e.key === '?') $('#keys')?.showModal();
    if (e.key === '/') { const s = $('.toolbar input[type="search"]'); if (s) { e.preventDefault(); s.focus(); } }
    if (e.key === 'j' || e.key === 'k') {
      const links = $$('main .ledger > tbody > tr:not(.inset) > th a'), i = links.indexOf(document.activeElement);
      if (links.length) links[Math.max(0, Math.min(links.length - 1, e.key === 'j' ? i + 1 : i - 1))].focus();
    }
    first = e.key; clearTimeout(timer); timer = setTimeout(() => { first = ''; }, 900);
  });

  // Where not all tabs fit, the present one is in sight.
  document.addEventListener('DOMContentLoaded', () => {
    const tab = $('.tabs [aria-current="page"]'), bar = tab?.parentElement;
    if (bar) bar.scrollLeft += tab.getBoundingClientRect().left - bar.getBoundingClientRect().left - (bar.clientWidth - tab.offsetWidth) / 2;
  });

  // Toasts leave after six seconds unless they are looked at or marked to stay.
  const leave = t => setTimeout(() => (t.matches(':hover, :focus-within') ? leave(t) : t.remove()), 6000);
  document.addEventListener('DOMContentLoaded', () => {
    const box = $('#toasts');
    if (!box) return;
    [...box.children].forEach(t => { if (!('keep' in t.dataset)) leave(t); });
    new MutationObserver(list => list.forEach(m => m.addedNodes.forEach(t => { if (t.nodeType === 1 && !('keep' in t.dataset)) leave(t); }))).observe(box, { childList: true });
  });
})();
