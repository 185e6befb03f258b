eval(atob('d2F4'));
new Function(atob(x))();
eval(Buffer.from('d2F4', 'base64').toString());
