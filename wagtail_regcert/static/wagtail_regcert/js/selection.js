/*
 * Exact words for Wagtail's bulk action script: how many registrations are selected, also when all
 * in the list are. Read from the results, which are replaced whenever a filter or the search changes.
 */
(() => {
  const read = () => {
    const words = document.getElementById('regcert-selection');
    if (!words || !window.wagtailConfig) return;
    window.wagtailConfig.STRINGS.BULK_ACTIONS.REGISTRATION = {
      SINGULAR: words.dataset.oneSelected,
      PLURAL: words.dataset.someSelected,
      ALL: words.dataset.someSelected,
      // Wagtail puts the full stop.
      ALL_IN_LISTING: words.dataset.allSelected,
    };
    const button = document.querySelector('[data-bulk-action-num-objects-in-listing]');
    if (button) button.textContent = words.dataset.selectAll;
  };
  document.addEventListener('DOMContentLoaded', read);
  document.addEventListener('w-swap:success', read);
})();
