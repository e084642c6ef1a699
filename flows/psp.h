/* psp.h — the adapter to the payment-service simulator (folder psp). See payment_service.h. */
#ifndef FLOWS_PSP_H
#define FLOWS_PSP_H

#include "flows/payment_service.h"

extern const PaymentAdapter payment_simulator;

#endif
