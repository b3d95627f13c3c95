/*
 * Import and Update. Everything works without this file; it adds the drop area, checks before the
 * upload, progress, the sliding tips, and a page that follows a running import.
 */
(() => {
  const { Controller } = window.StimulusModule;

  const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' };

  const sizeOf = (bytes) => {
    if (bytes < 1024) return `${bytes}B`;
    if (bytes < 1048576) return `${(bytes / 1024).toFixed(1)}KB`;
    return `${(bytes / 1048576).toFixed(2)}MB`;
  };

  /*
   * Give a form the token that holds now: whoever logged in again in another tab has a new one, and with the old
   * one Django answers with a bare page of its own. Scripts may not see where the token is kept, so it is taken
   * from a page with a form; from the login's, should that come instead, so that sending the form leads there.
   */
  const renewToken = async (form, url) => {
    try {
      const response = await fetch(url, { headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(5000) });
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const token = page.querySelector('[name=csrfmiddlewaretoken]');
      if (token) form.elements.csrfmiddlewaretoken.value = token.value;
    } catch {
      // No connection, or a slow one: that shows when the form is sent. The token that it has is usually right.
    }
  };

  class ImportController extends Controller {
    static targets = [
      'bar', 'error', 'file', 'form', 'hint', 'live', 'name', 'offer', 'offerButton', 'offerText', 'problems',
      'progress', 'progressLabel', 'submit', 'summary', 'tips', 'tipsButton', 'tipsClose', 'tipsTitle', 'zone',
    ];

    static values = {
      failed: String, limit: Number, missing: String, notCsv: String, offer: String, refused: String, several: String,
      titled: String, tooLarge: String, uploading: String, use: String, validating: String,
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
      const { files } = event.dataTransfer;
      if (!files.length) return;
      const several = files.length > 1;
      this.fileTarget.files = several ? new DataTransfer().files : files;
      this.chosen();
      if (several) this.say(this.severalValue);
    }

    chosen() {
      const [file] = this.fileTarget.files;
      this.offerTarget.hidden = true;
      this.nameTarget.textContent = file ? `${file.name} (${sizeOf(file.size)})` : '';
      this.say(file ? this.problemWith(file) : '');
      if (file) this.lookAtSeparator(file);
    }

    problemWith(file) {
      if (!file.name.toLowerCase().endsWith('.csv')) return this.notCsvValue;
      if (file.size >= this.limitValue) return this.tooLargeValue;
      return '';
    }

    /* Beside the file, at once; nothing is announced where there is no problem. */
    say(problem) {
      this.errorTarget.textContent = problem;
      this.fileTarget.ariaInvalid = problem ? 'true' : null;
      this.zoneTarget.classList.toggle('regcert-drop--error', Boolean(problem));
      this.summaryTarget.hidden = true;
      document.title = problem ? this.titledValue.replace('%(title)s', this.title) : this.title;
    }

    /* After "Validate": on top, with the focus, and linked to the file. */
    refuse(problem) {
      this.say(problem);
      const link = document.createElement('a');
      link.href = `#${this.fileTarget.id}`;
      link.textContent = problem;
      const item = document.createElement('li');
      item.append(link);
      this.problemsTarget.replaceChildren(item);
      this.summaryTarget.hidden = false;
      this.summaryTarget.focus();
    }

    async lookAtSeparator(file) {
      const start = await file.slice(0, 2048).text();
      if (file !== this.fileTarget.files[0]) return;
      const line = start.split(/\r|\n/).find((one) => one.trim() && !/^\ufeff?sep=/.test(one)) || '';
      const counts = Object.entries(SEPARATORS).map(([name, character]) => [
        line.split(character).length - 1,
        name,
      ]);
      const [most, name] = counts.sort((a, b) => b[0] - a[0])[0];
      // The headings have nine separators; offered, not forced.
      if (most < 9 || name === this.separator.value) return;
      const option = [...this.separator.options].find((one) => one.value === name);
      this.offered = name;
      this.offerTextTarget.textContent = this.offerValue;
      this.offerButtonTarget.textContent = this.useValue.replace('%(name)s', option.textContent);
      this.offerTarget.hidden = false;
    }

    takeOffer() {
      this.separator.value = this.offered;
      this.offerTarget.hidden = true;
      // What was said of the file came from the other separator.
      this.say(this.problemWith(this.fileTarget.files[0]));
      this.separator.focus();
    }

    submit(event) {
      event.preventDefault();
      if (this.request) return;
      const [file] = this.fileTarget.files;
      const problem = file ? this.problemWith(file) : this.missingValue;
      if (problem) this.refuse(problem);
      else this.upload();
    }

    async upload() {
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
      await renewToken(this.formTarget, this.formTarget.action);
      // The popup was closed meanwhile.
      if (request !== this.request) return;
      request.open('POST', this.formTarget.action);
      request.setRequestHeader('Accept', 'text/html');
      request.send(new FormData(this.formTarget));
    }

    answered(request) {
      if (request.status >= 400) {
        this.stopped(request.status === 403 ? this.refusedValue : this.failedValue);
        return;
      }
      if (request.responseURL !== this.formTarget.action) {
        window.location.assign(request.responseURL);
        return;
      }
      // The form again, with what is wrong.
      const page = new DOMParser().parseFromString(request.responseText, 'text/html');
      const problem = page.querySelector('.regcert-summary a, .regcert-summary li');
      this.stopped(problem ? problem.textContent : this.failedValue);
    }

    stopped(problem) {
      this.rest();
      this.refuse(problem);
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

  class FocusController extends Controller {
    connect() {
      this.element.focus();
    }
  }

  /*
   * A form that is sent once, however often its button is pressed, and with a token that holds. Wagtail's own
   * controller shows on the button that it is at work; what it then says is read out here.
   */
  class OnceController extends Controller {
    static targets = ['button', 'status'];

    static values = { tokens: String };

    async submit(event) {
      event.preventDefault();
      if (this.sent) return;
      this.sent = true;
      this.statusTarget.textContent = this.buttonTarget.dataset.wProgressActiveValue;
      await renewToken(this.element, this.tokensValue);
      this.element.submit();
    }

    connect() {
      // Back in the browser: the page may come from its cache.
      this.shown = () => {
        this.sent = false;
        this.statusTarget.textContent = '';
        this.buttonTarget.dataset.wProgressLoadingValue = 'false';
      };
      window.addEventListener('pageshow', this.shown);
    }

    disconnect() {
      window.removeEventListener('pageshow', this.shown);
    }
  }

  /* A page that waits for a worker: it comes anew when that is done, or has been silent for too long. */
  class WaitingController extends Controller {
    static values = { patience: Number };

    connect() {
      this.lookIn(1000);
      if (!this.patienceValue) return;
      this.patience = window.setTimeout(() => window.location.reload(), this.patienceValue * 60000);
    }

    disconnect() {
      window.clearTimeout(this.timer);
      window.clearTimeout(this.patience);
    }

    lookIn(wait) {
      this.timer = window.setTimeout(() => this.look(), wait);
    }

    async look() {
      try {
        if (await this.isDone()) window.location.reload();
        else this.lookIn(1000);
      } catch {
        // The server may be restarting: ask again, less often.
        this.lookIn(5000);
      }
    }
  }

  class StatusController extends WaitingController {
    static targets = ['bar', 'count'];

    static values = { count: String, state: String, url: String };

    async isDone() {
      const response = await fetch(this.urlValue, { headers: { Accept: 'application/json' } });
      // Logged out meanwhile: the page itself leads to the login and back.
      if (response.redirected || response.status === 403) return true;
      const { state, progress } = await response.json();
      if (state !== this.stateValue && !['uploaded', 'validating'].includes(state)) return true;
      // A commit is one transaction: how far it is shows only at its end.
      if (progress.total && progress.done) this.show(progress);
      return false;
    }

    show({ done, total }) {
      const { lang } = document.documentElement;
      this.barTarget.max = total;
      this.barTarget.value = done;
      this.countTarget.textContent = this.countValue
        .replace('DONE', done.toLocaleString(lang))
        .replace('TOTAL', total.toLocaleString(lang));
    }
  }

  /* The result of an import that is being undone. */
  class UndoController extends WaitingController {
    async isDone() {
      const response = await fetch(window.location.href, { headers: { Accept: 'text/html' } });
      if (response.status >= 500) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      return !page.querySelector(`[data-controller="${this.identifier}"]`);
    }
  }

  const { app } = window.wagtail;
  app.register('regcert-import', ImportController);
  app.register('regcert-focus', FocusController);
  app.register('regcert-once', OnceController);
  app.register('regcert-status', StatusController);
  app.register('regcert-undo', UndoController);
})();
