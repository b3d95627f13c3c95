/*
 * What the screens of an import share: forms that are sent once, with a token that holds, and pages that follow
 * work on the server. Everything works without this file.
 */
(() => {
  const { Controller } = window.StimulusModule;

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

  window.regcert = { renewToken };

  const { app } = window.wagtail;
  app.register('regcert-focus', FocusController);
  app.register('regcert-once', OnceController);
  app.register('regcert-status', StatusController);
  app.register('regcert-undo', UndoController);
})();
