/* The result of an import that is being undone: asks for the page again until the undo has ended. */
(() => {
  const { Controller } = window.StimulusModule;

  class UndoController extends Controller {
    connect() {
      this.timer = window.setTimeout(() => this.ask(), 1000);
    }

    disconnect() {
      window.clearTimeout(this.timer);
    }

    async ask() {
      let wait = 1000;
      try {
        const response = await fetch(window.location.href, { headers: { Accept: 'text/html' } });
        const page = new DOMParser().parseFromString(await response.text(), 'text/html');
        if (!page.querySelector(`[data-controller="${this.identifier}"]`)) {
          window.location.reload();
          return;
        }
      } catch {
        // The server may be restarting: ask again, less often.
        wait = 5000;
      }
      this.timer = window.setTimeout(() => this.ask(), wait);
    }
  }

  window.wagtail.app.register('regcert-undo', UndoController);
})();
