document.title += ' (ready)';
