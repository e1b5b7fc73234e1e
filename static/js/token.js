/* Signing in again, in another tab, changes the token that this page came with. */
document.addEventListener("submit", ({ target }) => {
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
  const token = target.elements.csrfmiddlewaretoken;
  if (cookie && token) token.value = cookie[1];
});
