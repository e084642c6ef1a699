/* certificates.c — the route that puts down a certificate of exemption: the customer must be one of ours. */
#include "shop/customers/customers.h"
#include "shop/tax/tax.h"

bool certificates_create(Ctx *ctx, const CertificateInput *request, Certificate *reply, Error *err)
{
    return customers_must_exist(ctx, request->customer, err) && tax_certificate_put(ctx, request, reply, err);
}
