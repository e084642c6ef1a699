int headless;
