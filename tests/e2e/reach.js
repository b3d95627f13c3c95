/*
 * What a hand cannot reach on the page as it stands, in sentences. `left` are selectors of what is left out;
 * `withRings` looks at focus rings too, which takes the most time.
 * Evaluated by tests/e2e/test_reach.py.
 */
([left, withRings]) => {
  const CONTROLS = 'a[href], button, input, select, textarea, summary, [role=button], label[for]';
  const HEADINGS = 'h1, h2, h3, h4, h5, h6, button, .button, [role=button], legend';
  const LAYERS = '[data-tippy-root], .w-dialog, dialog, .modal';
  const found = new Set();
  const view = { left: 0, top: 0, right: document.documentElement.clientWidth, bottom: window.innerHeight };

  const name = (element) => {
    const text = (element.ariaLabel || element.innerText || element.value || element.title || '').trim();
    return `${element.localName} “${text.replace(/\s+/g, ' ').slice(0, 60)}”${element.id ? ` #${element.id}` : ''}`;
  };
  const say = (element, what) => found.add(`${name(element)} ${what}`);
  const isLeft = (element) => left.some((selector) => element.closest(selector));
  const isShown = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 2 && height > 2;
  };

  /* The ancestors that may clip an element: what is placed absolutely is clipped from its containing block on. */
  const clippers = (element) => {
    const some = [];
    let { position } = getComputedStyle(element);
    for (let one = element.parentElement; one && one !== document.documentElement; one = one.parentElement) {
      if (position === 'fixed') break;
      const style = getComputedStyle(one);
      const contains = position !== 'absolute' || style.position !== 'static' || style.transform !== 'none';
      if (contains) {
        if (style.overflow !== 'visible' && one !== document.body) some.push([one, style]);
        position = style.position;
      }
    }
    return some;
  };
  const scrolls = (value) => value === 'auto' || value === 'scroll';
  const innerBox = (one) => {
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + one.clientLeft, box.top + one.clientTop];
    return { left: x, top: y, right: x + one.clientWidth, bottom: y + one.clientHeight };
  };
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
  });

  /* The part of a box that can be seen now; cut where nothing could be scrolled to show the rest. */
  const seen = (element, box, ancestors) => {
    let part = box;
    let isCut = false;
    for (const [one, style] of ancestors) {
      const inner = innerBox(one);
      const beside = part.left < inner.left - 1.5 || part.right > inner.right + 1.5;
      const above = part.top < inner.top - 1.5 || part.bottom > inner.bottom + 1.5;
      if ((beside && !scrolls(style.overflowX)) || (above && !scrolls(style.overflowY))) isCut = true;
      part = meet(part, inner);
      if (part.left >= part.right || part.top >= part.bottom) break;
    }
    return { part: meet(part, view), isCut };
  };

  const layerOf = (element) => element.closest(LAYERS);
  const stuckOf = (element) => {
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const { position } = getComputedStyle(one);
      if (position === 'sticky' || position === 'fixed') return one;
    }
    return null;
  };
  // Wagtail's pages scroll in their main part: what stands beside it stays where it is.
  const main = document.querySelector('main');
  const staysOver = (cover, element) => stuckOf(cover) || (main?.contains(element) && !main.contains(cover) ? document.body : null);
  const belongs = (hit, element) =>
    hit && (element.contains(hit) || hit.closest('label')?.control === element || hit.contains(element));

  /* Centre and near the edges, as far as they can be seen. */
  const points = ({ left: x, top: y, right, bottom }, part) => {
    const [w, h] = [right - x, bottom - y];
    const [dx, dy] = [Math.min(3, w / 4), Math.min(3, h / 4)];
    return [[x + w / 2, y + h / 2], [x + dx, y + h / 2], [right - dx, y + h / 2], [x + w / 2, y + dy], [x + w / 2, bottom - dy]]
      .filter(([px, py]) => px > part.left && px < part.right && py > part.top && py < part.bottom);
  };
  const coverOf = (element, ancestors) => {
    for (const box of element.getClientRects()) {
      const { part } = seen(element, box, ancestors);
      for (const [x, y] of points(box, part)) {
        const hit = document.elementFromPoint(x, y);
        if (hit && !belongs(hit, element)) return hit;
      }
    }
    return null;
  };
  const canBeFreed = (element, ancestors) => {
    const before = ancestors.map(([one]) => [one, one.scrollLeft, one.scrollTop]);
    element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    const cover = coverOf(element, ancestors);
    before.forEach(([one, x, y]) => one.scrollTo({ left: x, top: y, behavior: 'instant' }));
    return !cover || (layerOf(cover) && !layerOf(element));
  };

  const modal = [...document.querySelectorAll('dialog:modal, .w-dialog[aria-modal=true], .modal.in, .modal.show')].filter(isShown).pop();
  const scope = modal || document;
  const controls = [...scope.querySelectorAll(CONTROLS)].filter((one) => isShown(one) && !isLeft(one));

  // What does not scroll sideways cuts what is too wide, which shows in what it holds.
  const pages = [document.documentElement, document.body, document.querySelector('main'), modal];
  for (const one of pages) {
    const beyond = one ? one.scrollWidth - one.clientWidth : 0;
    if (beyond > 1 && getComputedStyle(one).overflowX !== 'hidden') found.add(`the page scrolls sideways by ${beyond}`);
  }
  for (const element of scope.querySelectorAll('table, p, dl')) {
    if (isShown(element) && !isLeft(element) && seen(element, element.getBoundingClientRect(), clippers(element)).isCut) say(element, 'is cut');
  }

  for (const element of controls) {
    if (element.matches('label') && element.control && isShown(element.control)) continue;
    const ancestors = clippers(element);
    if (seen(element, element.getBoundingClientRect(), ancestors).isCut) say(element, 'is cut');
    const cover = coverOf(element, ancestors);
    if (!cover) continue;
    const mine = layerOf(element);
    const above = layerOf(cover);
    // An open menu lies over what is below it.
    if (above && above !== mine && !mine?.contains(cover)) continue;
    const bar = stuckOf(element);
    const stuck = staysOver(cover, element);
    // What scrolls goes under a bar that does not, and comes out again.
    if (stuck && stuck !== bar && (!bar || bar.contains(stuck)) && canBeFreed(element, ancestors)) continue;
    say(element, `lies under ${name(cover)}`);
  }

  for (const element of scope.querySelectorAll(HEADINGS)) {
    if (!isShown(element) || isLeft(element)) continue;
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (text.nextNode()) {
      const around = text.currentNode.parentElement;
      if (!text.currentNode.data.trim() || !isShown(around)) continue;
      const range = new Range();
      range.selectNodeContents(text.currentNode);
      const ancestors = clippers(around);
      const own = getComputedStyle(around);
      if (own.overflow !== 'visible') ancestors.unshift([around, own]);
      for (const box of range.getClientRects()) {
        const { part, isCut } = seen(around, box, ancestors);
        if (isCut) say(element, 'has its text cut');
        for (const [x, y] of points(box, part).slice(0, 3)) {
          const hit = document.elementFromPoint(x, y);
          const isOver = hit && !belongs(hit, element) && !layerOf(hit) && !staysOver(hit, element) && hit.closest(CONTROLS);
          if (isOver) say(element, `has its text under ${name(hit)}`);
        }
      }
    }
  }

  /* Last, since it moves the focus: is all of the ring seen where the element itself is? Of many alike, three. */
  const alike = Map.groupBy(controls, (one) => `${one.className} in ${one.parentElement.className}`);
  const ringed = withRings ? [...alike.values()].flatMap((some) => [...new Set([...some.slice(0, 2), some.at(-1)])]) : [];
  const wasFocused = document.activeElement;
  for (const element of ringed) {
    // Text inputs open pickers and have their ring inside.
    if (element.matches('input:not([type=checkbox], [type=radio]), textarea, label')) continue;
    element.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== element) continue;
    const style = getComputedStyle(element);
    if (style.outlineStyle === 'none') continue;
    const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset) - 1;
    if (ring <= 0) continue;
    const box = element.getBoundingClientRect();
    // What an ancestor can scroll into view is not cut by those around it.
    const free = { x: false, y: false };
    for (const [one, how] of clippers(element)) {
      const inner = innerBox(one);
      const [farX, farY] = [one.scrollWidth - one.clientWidth - 1, one.scrollHeight - one.clientHeight - 1];
      const [moreX, moreY] = [scrolls(how.overflowX) && farX > 0, scrolls(how.overflowY) && farY > 0];
      const sides = {
        left: !free.x && inner.left <= box.left && box.left - ring < inner.left && !(moreX && one.scrollLeft > 0),
        right: !free.x && box.right <= inner.right && box.right + ring > inner.right && !(moreX && one.scrollLeft < farX),
        top: !free.y && inner.top <= box.top && box.top - ring < inner.top && !(moreY && one.scrollTop > 0),
        bottom: !free.y && box.bottom <= inner.bottom && box.bottom + ring > inner.bottom && !(moreY && one.scrollTop < farY),
      };
      free.x ||= moreX;
      free.y ||= moreY;
      const cut = Object.keys(sides).filter((side) => sides[side]);
      if (cut.length) say(element, `has its focus ring cut (${cut.join(', ')}) by ${one.localName}.${[...one.classList].slice(0, 2).join('.')}`);
    }
  }
  wasFocused?.focus?.({ preventScroll: true });
  return [...found].sort();
}
