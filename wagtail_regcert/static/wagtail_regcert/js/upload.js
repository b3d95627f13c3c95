/*
 * The form of Import and Update. It works without this file, which adds the drop area, checks before the upload,
 * progress, and the sliding tips.
 */
(() => {
  const { Controller } = window.StimulusModule;

  const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };

  const sizeOf = (bytes) => {
    if (bytes < 1024) return `${bytes}B`;
    if (bytes < 1048576) return `${(bytes / 1024).toFixed(1)}KB`;
    return `${(bytes / 1048576).toFixed(2)}MB`;
  };

  class ImportController extends Controller {
    static targets = [
      'again', 'bar', 'error', 'file', 'form', 'hint', 'live', 'match', 'name', 'offer', 'offerButton', 'offerText', 'problems',
      'progress', 'progressLabel', 'remedies', 'submit', 'summary', 'tips', 'tipsButton', 'tipsClose', 'tipsTitle', 'use', 'zone',
    ];

    static values = {
      broken: String, busy: String, changed: String, failed: String, folder: String, gone: String, limit: Number,
      missing: String, notCsv: String, notSheet: String, nothing: String, offer: String, refused: String, serverLimit: String,
      several: String, status: String, titled: String, tooLarge: String, uploading: String, use: String,
      validating: String, width: Number,
    };

    connect() {
      this.title = document.title;
      this.element.classList.add('regcert-import--scripted');
      this.tipsButtonTarget.hidden = false;
      this.tipsCloseTarget.hidden = false;
      this.hintTarget.hidden = false;
      this.tipsTarget.open = false;
      this.tipsTarget.closedBy = 'any';
      // The popup around leaves the focus and the keys to what says this of itself.
      this.tipsTarget.ariaModal = 'true';
    }

    /* The popup was closed: opened again, it is as new. */
    reset() {
      if (this.request) this.request.abort();
      this.rest();
      this.tipsTarget.close();
      this.formTarget.reset();
      this.chosen();
    }

    get separator() {
      return this.formTarget.elements.separator;
    }

    /* Whether a layout of the site's own is chosen: it has its own separator, and reads workbooks. */
    get isBySites() {
      const { layout } = this.formTarget.elements;
      // The columns of the sample file come first.
      return Boolean(layout) && layout.selectedIndex > 0;
    }

    over(event) {
      event.preventDefault();
      this.element.classList.add('regcert-import--over');
    }

    leave(event) {
      if (!this.element.contains(event.relatedTarget)) this.element.classList.remove('regcert-import--over');
    }

    /* A file dropped beside the panel must not replace the page. */
    keepOut(event) {
      if (event.dataTransfer && event.dataTransfer.types.includes('Files')) event.preventDefault();
    }

    drop(event) {
      event.preventDefault();
      this.element.classList.remove('regcert-import--over');
      if (this.request) return;
      const { files } = event.dataTransfer;
      const problem = this.problemWithDrop(event.dataTransfer);
      this.fileTarget.files = problem ? new DataTransfer().files : files;
      this.chosen();
      if (problem) this.say(problem);
    }

    problemWithDrop({ files, items }) {
      // A mail, a link, marked text, a picture of another page.
      if (!files.length) return this.nothingValue;
      if (files.length > 1) return this.severalValue;
      // A folder comes as a file of a few bytes that cannot be read.
      const folder = [...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
      return folder ? this.folderValue : '';
    }

    /* A browser tells nothing when the file that is chosen is chosen again, and keeps what it knew of it. */
    forget() {
      // A list of its own: the input empties the one that it has given out.
      this.before = new DataTransfer();
      [...this.fileTarget.files].forEach((file) => this.before.items.add(file));
      this.fileTarget.value = '';
    }

    /* Nothing was chosen instead. */
    keep() {
      this.fileTarget.files = this.before.files;
    }

    chooseAgain() {
      this.fileTarget.click();
    }

    chosen() {
      const [file] = this.fileTarget.files;
      // What had the focus is about to go, and without one the popup would not see the Escape key.
      if (this.summaryTarget.contains(document.activeElement)) this.submitTarget.focus();
      this.offerTarget.hidden = true;
      this.nameTarget.textContent = file ? `${file.name} (${sizeOf(file.size)})` : '';
      this.say(file ? this.problemWith(file) : '');
      if (file) this.lookAtSeparator(file);
    }

    problemWith(file) {
      const name = file.name.toLowerCase();
      if (this.isBySites) {
        if (!name.endsWith('.csv') && !name.endsWith('.xlsx')) return this.notSheetValue;
      } else if (!name.endsWith('.csv')) return this.notCsvValue;
      if (file.size >= this.limitValue) return this.tooLargeValue;
      return '';
    }

    /* Beside the file, at once; nothing is announced where there is no problem. */
    say(problem) {
      this.errorTarget.textContent = problem;
      this.fileTarget.ariaInvalid = problem ? 'true' : null;
      this.zoneTarget.classList.toggle('regcert-drop--error', Boolean(problem));
      this.summaryTarget.hidden = true;
      this.remediesTarget.replaceChildren();
      document.title = problem ? this.titledValue.replace('%(title)s', this.title) : this.title;
    }

    /*
     * After "Validate": on top, with the focus, and linked to the file. Where one button puts it right, that button
     * stands there too and has the focus.
     */
    refuse(problem, remedy = null) {
      this.say(problem);
      const link = document.createElement('a');
      link.href = `#${this.fileTarget.id}`;
      link.textContent = problem;
      const item = document.createElement('li');
      item.append(link);
      this.problemsTarget.replaceChildren(item);
      this.summaryTarget.hidden = false;
      [this.againTarget, this.useTarget].forEach((button) => { button.hidden = button !== remedy; });
      const [file] = this.fileTarget.files;
      if (problem === this.notCsvValue && file && file.name.toLowerCase().endsWith('.xlsx')) {
        this.remediesTarget.append(this.matchTarget.content.cloneNode(true));
      }
      (remedy || this.summaryTarget).focus();
    }

    async lookAtSeparator(file) {
      let start;
      try {
        start = await file.slice(0, 2048).text();
      } catch {
        // Changed or gone already: "Validate" reads all of it, and tells which.
        return;
      }
      if (file !== this.fileTarget.files[0]) return;
      const line = start.split(/\r|\n/).find((one) => one.trim() && !/^\ufeff?\s*sep\s*=/i.test(one)) || '';
      const counts = Object.entries(SEPARATORS).map(([name, character]) => [
        line.split(character).length - 1,
        name,
      ]);
      const [most, name] = counts.sort((a, b) => b[0] - a[0])[0];
      // The headings have one fewer than there are columns; offered, not forced.
      if (this.isBySites || most < this.widthValue - 1 || name === this.separator.value) return;
      const option = [...this.separator.options].find((one) => one.value === name);
      this.offered = name;
      this.offerTextTarget.textContent = this.offerValue;
      [this.offerButtonTarget, this.useTarget].forEach((button) => {
        button.textContent = this.useValue.replace('%(name)s', option.textContent);
      });
      this.offerTarget.hidden = false;
    }

    takeOffer() {
      this.separator.value = this.offered;
      this.offerTarget.hidden = true;
      // What was said of the file came from the other separator.
      this.say(this.problemWith(this.fileTarget.files[0]));
      this.separator.focus();
    }

    /* Another layout: what was said of the file and its separator was said of the one before. */
    layoutChosen() {
      if (this.fileTarget.files.length) this.chosen();
    }

    submit(event) {
      event.preventDefault();
      if (this.request) return;
      const [file] = this.fileTarget.files;
      // One of the buttons that the server offered says how else the file is to be read.
      const { submitter } = event;
      const remedy = submitter?.name ? { [submitter.name]: submitter.value } : {};
      if (remedy.use) this.formTarget.elements.layout.value = remedy.use;
      const problem = file ? !remedy.match && this.problemWith(file) : this.missingValue;
      if (problem) this.refuse(problem);
      else this.upload(file, remedy);
    }

    /*
     * The file as it is now, in memory: what changes on disk from here on does not matter. A browser reads a file
     * only as it was when it was chosen. Where it does not, the request that carries it would fail like one
     * without a connection.
     */
    async read(file) {
      try {
        const bytes = await file.arrayBuffer();
        if (bytes.byteLength === file.size) return { copy: new Blob([bytes], { type: file.type }) };
      } catch (error) {
        if (error.name === 'NotFoundError') return { problem: this.named(this.goneValue, file) };
      }
      return { problem: this.named(this.changedValue, file) };
    }

    named(text, { name }) {
      return text.replace('%(name)s', () => name);
    }

    async upload(file, remedy) {
      const request = new XMLHttpRequest();
      this.request = request;
      // Not disabled: that would take the focus out of the popup, and with it the Escape key.
      this.submitTarget.ariaDisabled = 'true';
      this.progressTarget.hidden = false;
      this.tell(this.uploadingValue);
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) this.barTarget.value = (100 * event.loaded) / event.total;
      });
      request.upload.addEventListener('load', () => {
        this.barTarget.removeAttribute('value');
        this.tell(this.validatingValue);
      });
      request.addEventListener('load', () => this.answered(request));
      request.addEventListener('error', () => this.stopped(this.failedValue));
      const [{ copy, problem }] = await Promise.all([
        this.read(file),
        window.regcert.renewToken(this.formTarget, this.formTarget.action),
      ]);
      // The popup was closed meanwhile.
      if (request !== this.request) return;
      if (problem) {
        this.stopped(problem, this.againTarget);
        return;
      }
      const data = new FormData(this.formTarget);
      data.set('file', copy, file.name);
      Object.entries(remedy).forEach(([name, value]) => data.set(name, value));
      request.open('POST', this.formTarget.action);
      request.setRequestHeader('Accept', 'text/html');
      request.send(data);
    }

    /* What a status says of an upload that the view itself did not answer. */
    problemOf(status) {
      if (status === 403) return this.refusedValue;
      if (status === 413) return this.serverLimitValue;
      if ([429, 502, 503, 504].includes(status)) return this.busyValue;
      return (status < 500 ? this.statusValue : this.brokenValue).replace('%(status)s', status);
    }

    answered(request) {
      if (request.status >= 400) {
        this.stopped(this.problemOf(request.status));
        return;
      }
      if (request.responseURL !== this.formTarget.action) {
        window.location.assign(request.responseURL);
        return;
      }
      // The form again, with what is wrong.
      const page = new DOMParser().parseFromString(request.responseText, 'text/html');
      const problem = page.querySelector('.regcert-summary a, .regcert-summary li');
      if (!problem) {
        this.stopped(this.brokenValue.replace('%(status)s', request.status));
        return;
      }
      // Below, where the separator is offered too, a popup on a low screen has no room left for it.
      const offers = !this.offerTarget.hidden && this.separator.value !== this.offered;
      this.stopped(problem.textContent, offers ? this.useTarget : null);
      const buttons = [...page.querySelectorAll('.regcert-remedies button')];
      // In the popup the form has another name than on the page that the answer is.
      buttons.forEach((button) => button.setAttribute('form', this.formTarget.id));
      this.remediesTarget.append(...buttons);
    }

    stopped(problem, remedy) {
      this.rest();
      this.refuse(problem, remedy);
    }

    /* No upload is on its way. */
    rest() {
      this.request = null;
      this.submitTarget.ariaDisabled = null;
      this.progressTarget.hidden = true;
      this.tell('');
    }

    tell(text) {
      this.progressLabelTarget.textContent = text;
      this.liveTarget.textContent = text;
    }

    openTips() {
      this.tipsTarget.showModal();
      this.tipsButtonTarget.ariaExpanded = 'true';
      this.tipsTitleTarget.focus();
    }

    closeTips() {
      this.tipsTarget.close();
    }

    tipsClosed() {
      this.tipsButtonTarget.ariaExpanded = 'false';
    }
  }

  window.wagtail.app.register('regcert-import', ImportController);
})();
