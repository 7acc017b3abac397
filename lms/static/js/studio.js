/* Scripts run: what only stands in for them may go. */
document.documentElement.classList.add('js');
