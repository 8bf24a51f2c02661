'use strict';
(async () => {
  const $ = (id) => document.getElementById(id);
  /* Every text is set as text: what an inventory names is never markup. */
  const el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === 'text') node.textContent = value;
      else if (name === 'on') for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
      else node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const bytes = Uint8Array.from(atob($('data').textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const data = JSON.parse(await new Response(unpacked).text());
  const { words, columns, found, titles, remedies, gaps, summary } = data;
  const VERDICTS = [['✗', 'blocked', 'bad'], ['?', 'undecided', 'unsure'], ['✓', 'feasible', 'good']];
  const SIGN = { fail: ['✗', 'bad'], undecided: ['?', 'unsure'], warn: ['!', 'unsure'], pass: ['✓', 'good'], 'not-applicable': ['–', 'quiet'] };
  /* A warning whose level is `error` fails. */
  const counted = (one) => (one.raised ? 'fail' : one.outcome);
  const size = columns.id.length;
  const word = (column, at) => words[columns[column][at]];
  const short = (arn) => arn.split(/[:/]/).pop();
  const name = (account) => (data.accounts[account] ? `${account} (${data.accounts[account]})` : account);
  /* The same within a text, but for the accounts in ARNs and other words. */
  const named = (text) => (Object.keys(data.accounts).length && text ? text.replace(/(?<![\w:/\-.=])\d{12}(?![\w\-=/]|:\S)/g, name) : text);
  const from = (at) => [name(word('account', at)), word('region', at)].filter(Boolean).join(' / ') || 'unknown';
  const to = (at) => [short(word('vault', at)), name(word('to_account', at)), word('to_region', at)].filter(Boolean).join(' / ');
  const failing = (at) => columns.found[at].map((n) => found[n]).filter((one) => one.outcome === (columns.verdict[at] === 0 ? 'fail' : 'undecided'));
  const why = (at) => [...new Set(failing(at).map((one) => one.id))].join(', ');

  /* The view: what stands in the fragment, so that it can be sent. */
  const FIELDS = ['verdict', 'cause', 'check', 'type', 'account', 'region', 'to_account', 'to_region', 'vault', 'change', 'q', 'sort', 'copy'];
  const ALL = Object.fromEntries(FIELDS.map((field) => [field, '']));
  let view = {};
  const read = () => {
    const fragment = new URLSearchParams(location.hash.slice(1));
    view = {};
    for (const field of FIELDS) if (fragment.get(field)) view[field] = fragment.get(field);
  };
  const write = (changes) => {
    const next = { ...view, ...changes };
    const fragment = new URLSearchParams();
    for (const field of FIELDS) if (next[field]) fragment.set(field, next[field]);
    const text = fragment.toString();
    if (text === location.hash.slice(1)) return;
    history.replaceState(null, '', text ? `#${text}` : location.pathname + location.search);
    read();
    show();
  };

  /* The copies in the order of a column: sorted once, so that a filter only walks through them. */
  const keys = { verdict: (at) => String(columns.verdict[at]), type: (at) => word('type', at), resource: (at) => short(word('resource', at)), from, to, why };
  const orders = {};
  const order = (by) => {
    if (orders[by]) return orders[by];
    const all = new Map();
    for (let at = 0; at < size; at += 1) {
      const key = keys[by](at);
      if (all.has(key)) all.get(key).push(at); else all.set(key, [at]);
    }
    orders[by] = [...all.keys()].sort().flatMap((key) => all.get(key));
    return orders[by];
  };
  const checks = found.map((one) => one.id);
  const FINDINGS = ['fail', 'undecided', 'warn'];
  /* The findings of a cause: those of its check that saw the thing at fault or whose change is one of it, or those that wait for its gaps. */
  const of_cause = ({ check, outcome, subject, gaps: waits }) => (one) => {
    if (one.outcome !== outcome) return false;
    if (outcome === 'undecided') return (one.gaps || []).some((id) => waits.includes(id));
    return one.id === check && (!subject || (one.evidence || []).some((seen) => seen.subject === subject) || (one.remedies || []).some((id) => remedies[id] && remedies[id].subject === subject));
  };
  /* What is looked for in the texts: every word of it stands somewhere. Each text is looked through once, not once a copy. */
  let lower = null;
  const lowered = () => (lower ??= words.map((text) => (data.accounts[text] ? name(text) : text).toLowerCase()));
  const marks = (all, test) => {
    const marked = new Uint8Array(all.length);
    for (let n = 0; n < all.length; n += 1) if (test(all[n])) marked[n] = 1;
    return marked;
  };
  const looked_for = (q) => q.toLowerCase().split(/\s+/).filter((part) => part && part !== '/').map((part) => ({
    words: marks(lowered(), (text) => text.includes(part)),
    found: marks(found, (one) => one.id.includes(part) && (one.outcome === 'fail' || one.outcome === 'undecided')),
  }));
  const TEXTS = ['id', 'resource', 'account', 'region', 'vault', 'to_account', 'to_region', 'type'].map((field) => columns[field]);
  const has = (part, at) => {
    for (const column of TEXTS) if (part.words[column[at]]) return true;
    return columns.found[at].some((n) => part.found[n]);
  };
  let shown = [];
  const filter = () => {
    const parts = looked_for(view.q || '');
    const verdict = view.verdict ? VERDICTS.findIndex(([, text]) => text === view.verdict) : -1;
    const equal = ['type', 'account', 'region', 'to_account', 'to_region', 'vault', 'change'].filter((field) => view[field]).map((field) => [columns[field], words.indexOf(view[field])]);
    const cause = view.cause && data.causes[view.cause] ? marks(found, of_cause(data.causes[view.cause])) : null;
    const check = view.check ? marks(found, (one) => one.id === view.check && FINDINGS.includes(one.outcome)) : null;
    const [by, down] = (view.sort || 'verdict').split('-');
    const all = order(keys[by] ? by : 'verdict');
    shown = [];
    for (let place = 0; place < size; place += 1) {
      const at = all[down ? size - 1 - place : place];
      if (verdict >= 0 && columns.verdict[at] !== verdict) continue;
      if (equal.length && equal.some(([column, wanted]) => column[at] !== wanted)) continue;
      if (cause && !columns.found[at].some((n) => cause[n])) continue;
      if (check && !columns.found[at].some((n) => check[n])) continue;
      if (parts.length && !parts.every((part) => has(part, at))) continue;
      shown.push(at);
    }
  };

  /* The list: only the rows that are seen are in the document. */
  const ROW = 44;
  const list = $('list');
  let selected = 0;
  const HEAD = [['verdict', 'Verdict'], ['type', 'Type'], ['resource', 'Resource'], ['from', 'From'], ['to', 'To'], ['why', 'Why']];
  const rows = el('div', { role: 'rowgroup' });
  const head = el('div', { class: 'row head', role: 'row' }, ...HEAD.map(([by, text]) => el('span', { role: 'columnheader' },
    el('button', { type: 'button', class: 'link', text, on: { click: () => write({ sort: view.sort === by ? `${by}-down` : by }) } }))));
  list.append(head, rows);
  const row = (place) => {
    const at = shown[place];
    const [sign, text, style] = VERDICTS[columns.verdict[at]];
    const change = word('change', at);
    const cell = (value, style_) => el('span', { role: 'gridcell', class: style_, title: value, text: value });
    const place_ = (whole, first, rest) => el('span', { role: 'gridcell', class: 'place', title: whole }, el('span', { text: first }), el('span', { class: 'quiet', text: rest }));
    const node = el('div', { class: 'row', role: 'row', id: `row-${place}`, 'aria-rowindex': place + 2, 'aria-selected': place === selected ? 'true' : 'false', on: { click: () => { selected = place; open(at); } } },
      cell(`${sign} ${text}${change && change !== 'same' ? `, ${change}` : ''}`, style), cell(word('type', at)), cell(short(word('resource', at)) || word('id', at)), 
      place_(from(at), name(word('account', at)) || 'unknown', word('region', at)), place_(to(at), short(word('vault', at)), [word('to_region', at), name(word('to_account', at))].filter(Boolean).join(' ')), cell(why(at)));
    node.style.top = `${(place + 1) * ROW}px`;
    return node;
  };
  const draw = () => {
    const printing = matchMedia('print').matches;
    const first = printing ? 0 : Math.max(0, Math.floor(list.scrollTop / ROW) - 20);
    const last = Math.min(shown.length, printing ? 1000 : first + Math.ceil(list.clientHeight / ROW) + 40);
    const nodes = [];
    for (let place = first; place < last; place += 1) nodes.push(row(place));
    rows.replaceChildren(...nodes);
    rows.style.height = `${shown.length * ROW}px`;
    list.setAttribute('aria-rowcount', shown.length + 1);
    if (shown.length) list.setAttribute('aria-activedescendant', `row-${selected}`);
    else list.removeAttribute('aria-activedescendant');
  };
  list.addEventListener('scroll', () => requestAnimationFrame(draw), { passive: true });
  addEventListener('resize', draw);
  addEventListener('beforeprint', draw);
  addEventListener('afterprint', draw);
  list.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -shown.length, End: shown.length };
    if (event.target !== list) return;
    if (event.key === 'Enter' && shown.length) { event.preventDefault(); open(shown[selected]); return; }
    if (!(event.key in steps)) return;
    event.preventDefault();
    selected = Math.max(0, Math.min(shown.length - 1, selected + steps[event.key]));
    const top = selected * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + 2 * ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + 2 * ROW - list.clientHeight;
    draw();
  });

  /* The filters. */
  const distinct = (column) => [...new Set(columns[column])].map((n) => words[n]).filter(Boolean).sort();
  const controls = {};
  const select = (field, label, values) => {
    if (values.length < 2 && field !== 'verdict') return null;
    const node = el('select', { on: { change: () => write({ [field]: node.value, copy: '' }) } }, el('option', { value: '', text: 'all' }),
      ...values.map((value) => el('option', { value, text: field.endsWith('account') ? name(value) : field === 'vault' ? short(value) : value })));
    controls[field] = node;
    return el('label', {}, label, node);
  };
  const q = el('input', { type: 'search', placeholder: 'press /', on: { input: () => write({ q: q.value, copy: '' }) } });
  controls.q = q;
  $('filters').append(...[select('verdict', 'Verdict', VERDICTS.map(([, text]) => text)), select('check', 'Check', [...new Set(checks)].sort()),
    select('type', 'Type', distinct('type')), select('account', 'Account', distinct('account')), select('region', 'Region', distinct('region')),
    select('to_account', 'To account', distinct('to_account')), select('to_region', 'To Region', distinct('to_region')), select('vault', 'Vault', distinct('vault')), select('change', 'Change', distinct('change')), el('label', {}, 'Text', q),
    el('button', { type: 'button', text: 'Clear', on: { click: () => write(ALL) } })].filter(Boolean));
  $('filters').addEventListener('submit', (event) => event.preventDefault());

  /* One copy: what was found, and what to change. */
  const copyable = (text) => el('div', {}, el('pre', { tabindex: '0', text }), copy(text));
  const copy = (text) => el('button', { type: 'button', class: 'copy', text: 'Copy', on: { click: async (event) => {
    const button = event.currentTarget;
    try { await navigator.clipboard.writeText(text); button.textContent = 'Copied'; } catch {
      const area = el('textarea', { 'aria-label': 'Text to copy' });
      area.value = text; button.before(area); area.select();
      button.textContent = document.execCommand('copy') ? 'Copied' : 'Select and copy';
      area.remove();
    }
  } } });
  const pretty = (value) => (value === null ? 'none' : JSON.stringify(value, null, 2));
  /* Two policies line by line: what goes and what comes stands at the same height, by sign and colour. */
  const difference = (before, after) => {
    let start = 0; let end = 0;
    while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
    while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
    const [one, other] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
    const pairs = before.slice(0, start).map((line) => [line, line]);
    /* The longest common part; policies are short, and of a long one the middle is shown as changed. */
    const width = other.length + 1;
    const common = one.length * other.length > 4e6 ? null : new Uint32Array((one.length + 1) * width);
    for (let i = one.length - 1; common && i >= 0; i -= 1) {
      for (let j = other.length - 1; j >= 0; j -= 1) common[i * width + j] = one[i] === other[j] ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
    let [i, j] = [0, 0];
    while (i < one.length || j < other.length) {
      if (common && i < one.length && j < other.length && one[i] === other[j]) { pairs.push([one[i], other[j]]); i += 1; j += 1;
      } else if (i < one.length && (j >= other.length || !common || common[(i + 1) * width + j] >= common[i * width + j + 1])) { pairs.push([one[i], null]); i += 1;
      } else { pairs.push([null, other[j]]); j += 1; }
    }
    return pairs.concat(before.slice(before.length - end).map((line) => [line, line]));
  };
  const beside = (before, after) => {
    const lines = difference(before.split('\n'), after.split('\n')).map(([one, other]) => [el('div', { class: other === null ? 'gone' : 'same', text: one === null ? '' : `${other === null ? '− ' : '  '}${one}` }), el('div', { class: one === null ? 'new' : 'same', text: other === null ? '' : `${one === null ? '+ ' : '  '}${other}` })]);
    return el('div', {}, el('div', { class: 'two diff', role: 'group', 'aria-label': 'Before and after', tabindex: '0' }, el('strong', { text: 'Before' }), el('strong', { text: 'After' }), ...lines.flat()), copy(after));
  };
  const remedy = (id) => {
    const one = remedies[id];
    if (!one) return el('p', { text: id });
    const proven = one.proven === true ? 'proven' : one.proven === false ? 'not proven' : 'not provable from these facts';
    const places = (one.locations || []).map((place) => `${place.file ? `${place.file}${place.line ? `:${place.line}` : ''}, ` : ''}${place.address}`);
    return el('div', { class: 'finding' }, el('h4', { text: `${id}, in ${one.account ? name(one.account) : 'an unknown account'}: ${named(one.title)} (${proven})` }),
      one.alternative_to.length ? el('p', { class: 'quiet', text: `instead of ${one.alternative_to.join(', ')}` }) : null,
      places.length ? el('p', { text: `in ${places[0]}` }) : null,
      one.after ? beside(pretty(one.before), pretty(one.after)) : null,
      ...(one.commands || []).map(copyable));
  };
  const finding = (one) => {
    const [sign, style] = SIGN[counted(one)];
    return el('div', { class: 'finding' }, el('h3', { class: style, text: `${sign} ${one.id}${one.waived ? ' (waived)' : ''}` }), el('p', { class: 'quiet', text: titles[one.id] }), el('p', { text: named(one.message) }),
      one.waived ? el('p', { class: 'quiet', text: `waived until ${one.waived.expires}: ${one.waived.reason}` }) : null,
      one.predicted_message ? el('p', {}, 'AWS will say: ', el('q', { text: one.predicted_message })) : null,
      one.evidence && one.evidence.length ? el('ul', {}, ...one.evidence.map((seen) => el('li', { text: `${named(seen.subject)}${seen.pointer || ''}: ${named(seen.says)}` }))) : null,
      ...(one.gaps || []).map((id) => el('p', { text: `waits for: ${named(gaps[id] || id)}` })),
      ...(one.locations || []).map((place) => el('p', { text: `at ${place.file ? `${place.file}:${place.line || 1}, ` : ''}${place.address}` })),
      ...(one.remedies || []).map(remedy));
  };
  const detail = $('detail');
  const open = (at) => {
    const [sign, text, style] = VERDICTS[columns.verdict[at]];
    const after = columns.after[at];
    detail.replaceChildren(
      el('form', { method: 'dialog' }, el('button', { text: 'Close' })),
      el('h2', { id: 'detail-title', class: style, text: `${sign} ${text}: ${word('type', at)} ${short(word('resource', at))}` }),
      el('p', { text: `${word('resource', at) || word('id', at)} from ${from(at)} to ${word('vault', at)}` }),
      el('p', { class: 'quiet', text: `copy ${word('id', at)}${after >= 0 ? `; with all changes made: ${VERDICTS[after][1]}` : ''}` }),
      ...columns.found[at].map((n) => finding(found[n])));
    if (!columns.found[at].length) detail.append(el('p', { text: 'Nothing was found that stops it.' }));
    if (!detail.open) detail.showModal();
    write({ copy: word('id', at) });
  };
  detail.addEventListener('close', () => { write({ copy: '' }); list.focus(); });

  /* From where to where: by vault, or where there are too many vaults for a table by their Regions or accounts; likewise the sources. */
  const ACROSS = 40; const DOWN = 200;
  const level = (levels, most) => levels.find((fields) => {
    const seen = new Set();
    for (let at = 0; at < size && seen.size <= most; at += 1) seen.add(fields.map((field) => columns[field][at]).join());
    return seen.size <= most;
  });
  const matrix = () => {
    const of_source = level([['account', 'region'], ['account']], DOWN) || ['account', 'region'];
    const of_vault = level([['vault'], ['to_account', 'to_region'], ['to_account']], ACROSS) || ['to_account'];
    const vaults = new Map(); const sources = new Map();
    for (let at = 0; at < size; at += 1) {
      const key = of_source.map((field) => columns[field][at]).join();
      const into = of_vault.map((field) => columns[field][at]).join();
      if (!sources.has(key)) sources.set(key, { at, cells: new Map() });
      if (!vaults.has(into)) vaults.set(into, { at, into, copies: 0 });
      vaults.get(into).copies += 1;
      const cells = sources.get(key).cells;
      if (!cells.has(into)) cells.set(into, [0, 0, 0]);
      cells.get(into)[columns.verdict[at]] += 1;
    }
    const bad = (cells) => [...cells.values()].reduce((sum, counts) => sum + counts[0] * 1e6 + counts[1], 0);
    const across = [...vaults.values()].sort((one, other) => other.copies - one.copies).slice(0, ACROSS);
    const down = [...sources.values()].sort((one, other) => bad(other.cells) - bad(one.cells)).slice(0, DOWN);
    const value = (fields, at) => fields.map((field) => word(field, at)).join(' ');
    const called = (fields, at) => (fields[0] === 'vault' ? short(word('vault', at)) : fields.map((field) => (field.endsWith('account') ? name(word(field, at)) || 'unknown' : word(field, at))).join(' '));
    const only = (fields, at) => Object.fromEntries(fields.map((field) => [field, word(field, at)]));
    $('matrix-table').replaceChildren(
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: 'From' }), ...across.map((one) => el('th', { scope: 'col', title: value(of_vault, one.at), text: called(of_vault, one.at) })))),
      el('tbody', {}, ...down.map((source) => el('tr', {}, el('th', { scope: 'row', text: called(of_source, source.at) }),
        ...across.map((one) => {
          const counts = source.cells.get(one.into);
          if (!counts) return el('td', { class: 'quiet', text: '–' });
          const text = VERDICTS.map(([sign], i) => (counts[i] ? `${sign} ${counts[i]}` : '')).filter(Boolean).join('  ');
          const style = VERDICTS[counts.findIndex((count) => count > 0)][2];
          const label = `${text}: ${VERDICTS.map(([, what], i) => `${counts[i]} ${what}`).join(', ')} into ${called(of_vault, one.at)}`;
          return el('td', {}, el('button', { type: 'button', class: `link ${style}`, 'aria-label': label, text, on: { click: () => {
            write({ ...NOWHERE, ...only(of_source, source.at), ...only(of_vault, one.at) });
            $('copies').scrollIntoView(); list.focus();
          } } }));
        })))));
    if (sources.size > down.length || vaults.size > across.length) $('matrix').append(el('p', { class: 'quiet', text: `${down.length} of ${sources.size} sources and ${across.length} of ${vaults.size} destinations; the list below has all` }));
  };
  const NOWHERE = Object.fromEntries(['account', 'region', 'to_account', 'to_region', 'vault', 'copy'].map((field) => [field, '']));

  const show = () => {
    for (const [field, node] of Object.entries(controls)) if (document.activeElement !== node || field !== 'q') node.value = view[field] || '';
    filter();
    selected = Math.min(selected, Math.max(0, shown.length - 1));
    const cause = data.causes[view.cause];
    $('count').textContent = `${shown.length === size ? '' : `${shown.length} of `}${size} copies${cause ? `, those of ${cause.check}: ${named(cause.message)}` : ''}`;
    draw();
  };
  addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === '/' && !typing && !detail.open) { event.preventDefault(); q.focus(); }
    if (event.key === 'Escape' && document.activeElement === q) { write({ q: '' }); list.focus(); }
  });
  addEventListener('hashchange', () => { read(); show(); at_copy(); });
  const at_copy = () => {
    if (!view.copy) return;
    const at = columns.id.findIndex((n) => words[n] === view.copy);
    if (at >= 0 && !detail.open) open(at);
  };

  /* Each cause leads to its copies and its changes. */
  for (const button of document.querySelectorAll('[data-cause]')) {
    button.hidden = false;
    button.addEventListener('click', () => { write({ ...ALL, cause: button.dataset.cause }); $('copies').scrollIntoView(); list.focus(); });
  }
  for (const cell of document.querySelectorAll('[data-remedies]')) {
    for (const id of cell.dataset.remedies.split(' ').filter(Boolean).slice(0, 5)) {
      const box = el('details', {}, el('summary', { text: `show ${id}` }));
      box.addEventListener('toggle', () => { if (box.open && box.children.length === 1) box.append(remedy(id)); });
      cell.append(box);
    }
  }
  const worst = (all) => ['fail', 'undecided', 'warn', 'pass', 'not-applicable'].find((outcome) => all.some((one) => counted(one) === outcome));
  /* At most so many things of a kind are in the document; the JSON report has all. */
  const MOST = 1000;
  const part = (section, title, all, node) => {
    if (!all.length) return;
    section.hidden = false;
    if (title) section.append(el('h2', { text: title }));
    section.append(...all.slice(0, MOST).map(node));
    if (all.length > MOST) section.append(el('p', { class: 'quiet', text: `and ${all.length - MOST} more; --format json has all` }));
  };
  const thing = ([what, all]) => {
    const box = el('details', {}, el('summary', {}, `${SIGN[worst(all)][0]} ${named(what)}: ${[...new Set(all.map((one) => one.id))].join(', ')}`, el('span', { class: 'quiet', text: ` ${named(all[0].message)}` })));
    box.addEventListener('toggle', () => { if (box.open && box.children.length === 1) box.append(...all.map(finding)); });
    return box;
  };
  const stays = ([, all]) => all.some((one) => one.id === 'resource-not-copied-out' && one.outcome !== 'pass');
  part($('others'), 'Resources of which no copy leaves the account', data.others.filter(stays), thing);
  part($('others'), 'Vaults, plans and other resources', data.others.filter((one) => !stays(one)), thing);
  const restorable = { yes: ['✓ can be restored', 'good'], no: ['✗ cannot be restored', 'bad'], unknown: ['? not known', 'unsure'] };
  const table = (section, label, heads, all, cells) => {
    if (!all.length) return;
    section.hidden = false;
    section.append(el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, el('table', {},
      el('thead', {}, el('tr', {}, ...heads.map((text) => el('th', { scope: 'col', text })))),
      el('tbody', {}, ...all.slice(0, MOST).map((one) => el('tr', {}, ...cells(one)))))));
  };
  const there = data.there || { copies: [], without_source: [], more: 0, more_without: 0 };
  const moment = (text) => text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
  const days = (copy) => (copy.age_days === null ? 'not known' : copy.age_days === 1 ? '1 day' : `${copy.age_days} days`);
  table($('there'), 'The newest copy of each resource by vault', ['Resource', 'Vault', 'Made', 'Age', 'Expires', 'Restore'], there.copies, (copy) => [
    el('td', { text: copy.resource }), el('td', { text: copy.vault }), el('td', { text: moment(copy.made) }), el('td', { class: 'number', text: days(copy) }), el('td', { text: copy.expires ? moment(copy.expires) : '–' }),
    el('td', { class: restorable[copy.restorable][1], text: `${restorable[copy.restorable][0]}${copy.why ? `: ${copy.why}` : ''}` })]);
  const left = there.more + Math.max(0, there.copies.length - MOST);
  if (left) $('there').append(el('p', { class: 'quiet', text: `and ${left} more; --format json has all` }));
  if (there.without_source.length) {
    $('there').append(el('h3', { text: 'Recovery points whose resource is no longer there' }));
    table($('there'), 'Recovery points whose resource is no longer there', ['Recovery point', 'Vault', 'Resource'], there.without_source, (one) => [el('td', { text: one.recovery_point }), el('td', { text: one.vault }), el('td', { text: one.resource })]);
    const rest = there.more_without + Math.max(0, there.without_source.length - MOST);
    if (rest) $('there').append(el('p', { class: 'quiet', text: `and ${rest} more; --format json has all` }));
  }
  if (size) {
    $('matrix').hidden = false;
    $('copies').hidden = false;
    matrix();
  }
  read();
  show();
  at_copy();
  document.documentElement.dataset.ready = 'yes';
  /* Before somebody types. */
  requestIdleCallback(lowered);
})();
