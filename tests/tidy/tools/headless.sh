#!/usr/bin/env bash
echo "no header"
