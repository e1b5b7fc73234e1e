/* Connects allauth's passkey script to our forms. Its data is in attributes: inline scripts are blocked. */
for (const button of document.querySelectorAll("[data-passkey]")) {
  const form = button.form;
  const options = button.dataset.options;
  const own = { [button.dataset.passkey.replace("Form", "")]: button.id };
  window.allauth.webauthn.forms[button.dataset.passkey]({
    ids: { ...own, credential: form.elements.credential.id, passwordless: form.elements.passwordless?.id },
    data: options && JSON.parse(options),
  });
  button.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const shown = document.querySelector("[data-passkey-error]");
  shown.hidden = false;
  shown.focus();
});
