/*
 * Selection in the listing, over Wagtail's bulk action script: exact words for how many registrations
 * are selected, and the choice in the header row. The words come with the results, which are replaced
 * whenever a filter or the search changes.
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

  const tick = (checked) => {
    const box = document.querySelector('[data-bulk-action-select-all-checkbox]');
    box.checked = checked;
    box.dispatchEvent(new Event('change'));
  };

  const choose = (event) => {
    const option = event.target.closest('[data-regcert-select]');
    if (!option) return;
    const what = option.dataset.regcertSelect;
    // From nothing, so that "this page" after "all in the list" is the page alone.
    tick(false);
    if (what === 'none') return;
    tick(true);
    if (what === 'all') document.querySelector('[data-bulk-action-num-objects-in-listing]').click();
  };

  document.addEventListener('click', choose);
  document.addEventListener('DOMContentLoaded', read);
  document.addEventListener('w-swap:success', read);
})();
