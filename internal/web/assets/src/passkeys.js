// Passkeys: the browser is asked for one, and its answer goes into a form, which is sent like any other. The forms are hidden until here is
// known that the browser can.
(() => {
  'use strict';
  const $$ = s => [...document.querySelectorAll(s)], forms = $$('form[data-passkey]');
  const able = form => location.origin === form.dataset.origin && window.PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential.parseCreationOptionsFromJSON && navigator.credentials;

  // What is asked stands on the form, or is fetched: a question can be answered for some minutes only.
  const question = async (form, signal) => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.ask, { method: 'POST', signal });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  let offered; // by the address field, until the button is pressed
  const ask = async (form, extra) => {
    const options = await question(form, extra?.signal);
    const credential = form.dataset.passkey === 'create'
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...extra });
    form.elements.answer.value = JSON.stringify(credential);
    form.submit();
  };
  const say = (form, error) => {
    const p = form.querySelector('[role="alert"]'), known = { NotAllowedError: form.dataset.stopped, AbortError: form.dataset.stopped, InvalidStateError: form.dataset.known };
    p.lastElementChild.textContent = known[error.name] || error.message;
    p.hidden = false;
  };

  forms.forEach(form => {
    if (!able(form)) return;
    form.hidden = false;
    $$('[data-passkey-none]').forEach(p => { p.hidden = true; });
    const button = form.querySelector('[type="submit"]');
    form.addEventListener('submit', async e => {
      e.preventDefault();
      if (button.getAttribute('aria-busy') === 'true') return;
      button.setAttribute('aria-busy', 'true');
      form.querySelector('[role="alert"]').hidden = true;
      if (offered) offered.abort();
      try { await ask(form); } catch (error) { say(form, error); button.removeAttribute('aria-busy'); }
    });
  });

  // Where the browser can, it offers passkeys in the address field.
  const quiet = forms.find(f => 'offer' in f.dataset && able(f));
  if (quiet && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable().then(can => {
      if (!can || offered) return;
      offered = new AbortController();
      ask(quiet, { mediation: 'conditional', signal: offered.signal }).catch(() => {});
    });
  }
})();
